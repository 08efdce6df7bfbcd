import type { GivenValue } from '../../base/config/config.ts';
import { invalidConfig, unknownConfig } from '../../base/config/config-errors.ts';
import type { ConfigKeys } from '../../base/config/config-key.ts';
import { placeText } from '../../base/config/config-source.ts';
import { readConfig } from '../../base/config/config-value.ts';
import { nearestName } from '../../base/nearest-name.ts';
import type { FileSettings } from './config-file.ts';
import { ignoredProperty } from './ignored-properties.ts';
import { listedName, sqlProperty, sqlPropertyNames } from './server-properties.ts';

const HTTP_LISTENER = /^(https?):\/\/(.*)$/;

/** The configuration of a process, cut into what the broker takes and what the SQL server takes. */
export interface ProcessSettings {
  readonly broker: ReadonlyMap<string, GivenValue>;
  readonly server: ReadonlyMap<string, GivenValue>;
  /** `HOST:PORT` of the HTTP listener, from a `listeners` entry with the scheme http or https. */
  readonly httpListener: GivenValue | undefined;
  /** Of that entry. */
  readonly httpScheme: 'http' | 'https' | undefined;
  /** Variables of the environment that look like a slip of the pen, with the property that may be meant. */
  readonly suspects: readonly { readonly variable: string; readonly meant: string }[];
  /** Properties of ksqlDB that have no effect, with the reason. */
  readonly ignored: ReadonlyMap<string, string>;
}

export interface SettingInputs {
  readonly file?: { readonly path: string; readonly settings: FileSettings };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags: Readonly<Record<string, string>>;
  /** The properties of the broker. */
  readonly brokerKeys: ConfigKeys;
}

/**
 * Puts the settings of all sources together: flags before environment before file. Environment variables follow the
 * rule of Kafka's container images: `KAFKA_NUM_PARTITIONS` is `num.partitions`, `KSQL_KSQL_SERVICE_ID` is
 * `ksql.service.id` (`_` is a dot, `__` an underscore, `___` a dash); those that name no property are not ours.
 * @throws {ArgumentError} for an unknown name in a file or flag, with the nearest known one, and for values that are not
 * allowed.
 */
export function processSettings({ file, env, flags, brokerKeys }: SettingInputs): ProcessSettings {
  const collected = new CollectedSettings(brokerKeys);
  for (const [name, value] of file?.settings ?? []) {
    const given = { value, source: 'file', origin: file?.path ?? '' } as const;
    if (!collected.set(name, given)) throw unknownConfig(name, collected.names(), { place: given.origin });
  }
  const suspects: { variable: string; meant: string }[] = [];
  for (const [variable, value] of Object.entries(env)) {
    const name = propertyOfVariable(variable);
    if (name === undefined || value === undefined) continue;
    if (collected.set(name, { value, source: 'env', origin: variable })) continue;
    const meant = nearestName(name, collected.names());
    if (meant !== undefined) suspects.push({ variable, meant });
  }
  for (const [name, value] of Object.entries(flags)) {
    if (!collected.set(name, { value, source: 'flag' })) throw unknownConfig(name, collected.names());
  }
  const { broker, server, httpListener, httpScheme, ignored } = collected;
  return { broker, server, httpListener, httpScheme, suspects, ignored };
}

class CollectedSettings {
  readonly broker = new Map<string, GivenValue>();
  readonly server = new Map<string, GivenValue>();
  readonly ignored = new Map<string, string>();
  httpListener: GivenValue | undefined;
  httpScheme: 'http' | 'https' | undefined;
  readonly #brokerKeys: ConfigKeys;

  constructor(brokerKeys: ConfigKeys) {
    this.#brokerKeys = brokerKeys;
  }

  names(): readonly string[] {
    return [...Object.keys(this.#brokerKeys), ...sqlPropertyNames];
  }

  /** False for a name that is unknown. */
  set(name: string, given: GivenValue): boolean {
    if (name === 'listeners') {
      this.#setListeners(given);
      return true;
    }
    const ofBroker = Object.hasOwn(this.#brokerKeys, name);
    const known = ofBroker ? this.#brokerKeys[name] : sqlProperty(name);
    const ignored = known === undefined && name.startsWith('ksql.') ? ignoredProperty(name) : undefined;
    const key = known ?? ignored;
    if (key === undefined) return false;
    if ('expected' in readConfig(key, given.value)) {
      throw invalidConfig(name, given.value, { key, place: placeText(given) });
    }
    if (ignored !== undefined) this.ignored.set(name, ignored.doc);
    else if (ofBroker) this.broker.set(name, given);
    else this.server.set(listedName(name), given);
    return true;
  }

  /** Kafka's listeners are the broker's, those with the scheme http or https the SQL server's. */
  #setListeners({ value, ...place }: GivenValue): void {
    const entries = value.split(',').map((entry) => entry.trim());
    const http = entries.map((entry) => HTTP_LISTENER.exec(entry)).find((match) => match !== null);
    const kafka = entries.filter((entry) => !HTTP_LISTENER.test(entry));
    if (http !== undefined) {
      const [, scheme, address = ''] = http;
      this.httpListener = { value: address, ...place };
      this.httpScheme = scheme === 'https' ? 'https' : 'http';
    }
    if (kafka.some((entry) => entry !== ''))
      this.broker.set('listeners', { value: kafka.join(','), ...place });
  }
}

/** `KAFKA_LOG_DIRS` to `log.dirs`; undefined for a variable that is not of this form. */
function propertyOfVariable(variable: string): string | undefined {
  const match = /^(?:KAFKA|KSQL)_([A-Z0-9_]+)$/.exec(variable);
  return match?.[1]
    ?.toLowerCase()
    .replaceAll(/_+/g, (run) => (run.length === 1 ? '.' : run.length === 2 ? '_' : '-'));
}
