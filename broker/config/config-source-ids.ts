import type { ConfigSource } from '../../src/base/config/config-source.ts';

/** Kafka's numbers for where a value comes from, `DescribeConfigsResponse.ConfigSource`. */
export const CONFIG_SOURCE_IDS = {
  topic: 1,
  broker: 2,
  cluster: 3,
  flag: 4,
  env: 4,
  file: 4,
  default: 5,
} as const satisfies Record<Exclude<ConfigSource, 'query'>, number>;

export function configSourceId(source: ConfigSource): number {
  // Nothing that a SQL session has set reaches a broker's configuration.
  return source === 'query' ? 0 : CONFIG_SOURCE_IDS[source];
}
