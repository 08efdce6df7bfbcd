import { DiagnosticError } from '../../base/errors.ts';
import { nearestName } from '../../base/nearest-name.ts';
import type { FileSettings } from './config-file.ts';
import { isEngineProperty, isServerProperty, serverPropertyNames } from './server-properties.ts';

/** Who set a value; a later one of this order wins. */
export const SETTING_SOURCES = ['default', 'file', 'env', 'flag'] as const;
export type SettingSource = (typeof SETTING_SOURCES)[number];

export interface Setting {
  readonly value: string;
  readonly source: SettingSource;
}

/** The configuration of a process, cut into what the broker takes and what the SQL server takes. */
export interface Settings {
  readonly broker: ReadonlyMap<string, Setting>;
  readonly server: ReadonlyMap<string, Setting>;
  /** `HOST:PORT` of the HTTP listener, from a `listeners` entry with the scheme http. */
  readonly httpListener: Setting | undefined;
}

export interface SettingInputs {
  readonly file?: { readonly path: string; readonly settings: FileSettings };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags: Readonly<Record<string, string>>;
  /** The names that the broker knows. */
  readonly brokerProperties: ReadonlySet<string>;
}

/**
 * Puts the settings of all sources together: flags before environment before file. Environment variables follow the
 * rule of Kafka's container images: `KAFKA_NUM_PARTITIONS` is `num.partitions`, `KSQL_KSQL_SERVICE_ID` is
 * `ksql.service.id` (`_` is a dot, `__` an underscore, `___` a dash); those that name no property are not ours.
 * @throws {DiagnosticError} for an unknown name in a file or flag, with the nearest known one.
 */
export function resolveSettings(inputs: SettingInputs): Settings {
  const broker = new Map<string, Setting>();
  const server = new Map<string, Setting>();
  let httpListener: Setting | undefined;
  const set = (name: string, value: string, source: SettingSource): boolean => {
    if (name === 'listeners') {
      const entries = value.split(',').map((entry) => entry.trim());
      const http = entries.find((entry) => entry.startsWith('http://'));
      const kafka = entries.filter((entry) => !entry.startsWith('http://'));
      if (http !== undefined) httpListener = { value: http.slice('http://'.length), source };
      if (kafka.some((entry) => entry !== '')) broker.set(name, { value: kafka.join(','), source });
      return true;
    }
    if (inputs.brokerProperties.has(name)) broker.set(name, { value, source });
    else if (isServerProperty(name) || isEngineProperty(name)) server.set(name, { value, source });
    else return false;
    return true;
  };

  for (const [name, value] of inputs.file?.settings ?? []) {
    if (!set(name, value, 'file')) throw unknownProperty(name, inputs.brokerProperties, inputs.file?.path);
  }
  for (const [variable, value] of Object.entries(inputs.env)) {
    const name = propertyOfVariable(variable);
    if (name !== undefined && value !== undefined) set(name, value, 'env');
  }
  for (const [name, value] of Object.entries(inputs.flags)) {
    if (!set(name, value, 'flag')) throw unknownProperty(name, inputs.brokerProperties);
  }
  return { broker, server, httpListener };
}

/** `KAFKA_LOG_DIRS` to `log.dirs`; undefined for a variable that is not of this form. */
function propertyOfVariable(variable: string): string | undefined {
  const match = /^(?:KAFKA|KSQL)_([A-Z0-9_]+)$/.exec(variable);
  return match?.[1]
    ?.toLowerCase()
    .replaceAll(/_+/g, (run) => (run.length === 1 ? '.' : run.length === 2 ? '_' : '-'));
}

function unknownProperty(
  name: string,
  brokerProperties: ReadonlySet<string>,
  file?: string,
): DiagnosticError {
  const suggestion = nearestName(name, [...brokerProperties, ...serverPropertyNames()]);
  const place = file === undefined ? '' : ` in ${file}`;
  return new DiagnosticError({
    message: `unknown property ${name}${place}`,
    ...(suggestion === undefined ? {} : { suggestion }),
  });
}
