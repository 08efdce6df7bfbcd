import { Config, type GivenValue } from '../../base/config/config.ts';
import { invalidConfig, unknownConfig } from '../../base/config/config-errors.ts';
import { placeText } from '../../base/config/config-source.ts';
import { readConfig } from '../../base/config/config-value.ts';
import { ArgumentError } from '../../base/errors.ts';
import { ignoredProperty } from './ignored-properties.ts';
import {
  type ServerConfig,
  listedName,
  serverProperties,
  sqlProperty,
  sqlPropertyNames,
} from './server-properties.ts';

/**
 * The values of all server properties.
 * @throws {ArgumentError} for an unknown name or a value that is no good, with what it should be.
 */
export function serverConfig(texts: Readonly<Record<string, string>>): ServerConfig {
  const own = new Map<string, GivenValue>();
  for (const [name, value] of Object.entries(texts)) {
    const given = { value, source: 'flag' } as const;
    const listed = listedName(name);
    if (Object.hasOwn(serverProperties, listed) && sqlProperty(name) !== undefined) own.set(listed, given);
    else checkSqlProperty(name, given);
  }
  const config = new Config(serverProperties, own);
  if (config.get('ksql.enable.metastore.backup') && config.get('ksql.metastore.backup.location') === '') {
    const name = 'ksql.metastore.backup.location';
    throw new ArgumentError(name, {
      message: `${name} is not set, though ksql.enable.metastore.backup is true`,
      hint: 'set it to a folder for the copies of the command topic',
    });
  }
  return config;
}

/** @throws {ArgumentError} for an unknown name or a value that is no good. */
function checkSqlProperty(name: string, given: GivenValue): void {
  const key = sqlProperty(name) ?? ignoredProperty(name);
  const place = placeText(given);
  if (key === undefined) throw unknownConfig(name, sqlPropertyNames, { place });
  if ('expected' in readConfig(key, given.value)) throw invalidConfig(name, given.value, { key, place });
}
