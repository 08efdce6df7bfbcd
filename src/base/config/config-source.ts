/**
 * Where the value of a setting can come from, the weakest first: its default, the configuration file, the environment,
 * the command line; of a running cluster what was set for all brokers, for one broker, for a topic; and what a session
 * has SET.
 */
const CONFIG_SOURCES = ['default', 'file', 'env', 'flag', 'cluster', 'broker', 'topic', 'query'] as const;
export type ConfigSource = (typeof CONFIG_SOURCES)[number];

/** One place that gives a setting a value. */
export interface ConfigPlace {
  /** The name there: a topic's setting may have its value from a broker's of another name. */
  readonly name: string;
  readonly value: string | null;
  readonly source: ConfigSource;
  /** Which file, or which variable of the environment. */
  readonly origin?: string;
}

/** A place in words: `file my.properties`, `env KAFKA_NUM_PARTITIONS`, `flag`. */
export function placeText({ source, origin }: Pick<ConfigPlace, 'source' | 'origin'>): string {
  return origin === undefined ? source : `${source} ${origin}`;
}
