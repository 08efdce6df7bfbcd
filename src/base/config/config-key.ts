/**
 * A setting as data, declared once: parsing, checks, defaults, documentation, `config explain`, DescribeConfigs and the
 * reference are derived from it. Broker, topics, clients, Streams and the SQL server all declare theirs with it.
 */
import type { ConfigRange } from './config-range.ts';

/** How a value is written and read; the names are those of Kafka's ConfigDef. */
export type ConfigType = 'boolean' | 'string' | 'int' | 'short' | 'long' | 'double' | 'list';

/** What a value of each type is in code. A long is a safe integer; what lies beyond stands for "never". */
export interface ConfigValues {
  readonly boolean: boolean;
  readonly string: string;
  readonly int: number;
  readonly short: number;
  readonly long: number;
  readonly double: number;
  readonly list: readonly string[];
}

/**
 * Where a setting may be changed after the start, and when that takes effect. `read-only`: not before the next start.
 * `cluster-wide`: at once, through the AlterConfigs requests, for one broker or for all. `per-topic`: the same, for one
 * topic. `per-query`: with SET, for the statements of a session. None is Kafka's `per-broker`: `listeners` needs a start
 * here.
 */
type UpdateMode = 'read-only' | 'cluster-wide' | 'per-topic' | 'per-query';

export interface ConfigKey<T extends ConfigType = ConfigType> {
  readonly type: T;
  /** As it would be written in a file; null where there is none. */
  readonly default: string | null;
  readonly doc: string;
  readonly range?: ConfigRange<ConfigValues[T]>;
  /** `read-only` where it is left out. */
  readonly updateMode?: UpdateMode;
  /** Never shown to clients. */
  readonly sensitive?: true;
}

/** Settings by name. */
export type ConfigKeys = Readonly<Record<string, ConfigKey>>;

/** A setting that is also an option in code, under a name of its own; `name` is Kafka's. */
export type OptionKey<T extends ConfigType = ConfigType> = ConfigKey<T> & { readonly name: string };

/** Settings by the name of their option. */
export type OptionKeys = Readonly<Record<string, OptionKey>>;

type Range<T extends ConfigType> = NonNullable<ConfigKey<T>['range']>;

function key<T extends ConfigType>(
  type: T,
  {
    value,
    doc,
    range,
  }: {
    readonly value: string | number | boolean | null;
    readonly doc: string;
    readonly range: Range<T> | undefined;
  },
): ConfigKey<T> {
  const common = { type, default: value === null ? null : String(value), doc };
  return range === undefined ? common : { ...common, range };
}

export const boolean = (value: boolean | null, doc: string): ConfigKey<'boolean'> =>
  key('boolean', { value, doc, range: undefined });

export const string = (value: string | null, doc: string, range?: Range<'string'>): ConfigKey<'string'> =>
  key('string', { value, doc, range });

export const int = (value: number | null, doc: string, range?: Range<'int'>): ConfigKey<'int'> =>
  key('int', { value, doc, range });

export const short = (value: number | null, doc: string, range?: Range<'short'>): ConfigKey<'short'> =>
  key('short', { value, doc, range });

/** The default is a text where it is Java's `Long.MAX_VALUE`, which numbers do not hold exactly. */
export const long = (value: number | string | null, doc: string, range?: Range<'long'>): ConfigKey<'long'> =>
  key('long', { value, doc, range });

export const double = (value: number, doc: string, range?: Range<'double'>): ConfigKey<'double'> =>
  key('double', { value, doc, range });

export const list = (value: string | null, doc: string, range?: Range<'list'>): ConfigKey<'list'> =>
  key('list', { value, doc, range });

/** Makes a setting an option, with the name that it has in Kafka. */
export function option<K extends ConfigKey>(name: string, setting: K): K & { readonly name: string } {
  return { ...setting, name };
}

/** The unit of a setting's value by the end of its name; undefined for counts, shares and texts. */
export function unitOf(name: string, { type }: ConfigKey): string | undefined {
  if (type !== 'int' && type !== 'long' && type !== 'short') return undefined;
  const words = name.split('.');
  if (words.includes('bytes') || words.includes('memory')) return 'bytes';
  return ['ms', 'seconds', 'minutes', 'hours'].find((unit) => words.at(-1) === unit);
}
