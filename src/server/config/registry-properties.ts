import { type ConfigKeys, int, string } from '../../base/config/config-key.ts';
import { atLeast, rangeOf } from '../../base/config/config-range.ts';
import { compatibilityLevel } from '../../registry/index.ts';

/** Properties of the schema registry, under the names of Confluent's. */
export const registryProperties = {
  'ksql.schema.registry.url': string(
    null,
    'URLs of a schema registry elsewhere, separated by commas, that SQL has its schemas in; when it is not set, in the one ' +
      'of this server',
  ),
  'kafkastore.topic': string('_schemas', 'compacted topic that the schema registry is kept in'),
  'kafkastore.timeout.ms': int(
    10_000,
    'how long a request to the schema registry waits for Kafka before it ends in an error',
    atLeast(1),
  ),
  'schema.compatibility.level': string(
    'backward',
    'how new versions of schemas have to go with earlier ones where nothing is configured',
    rangeOf(
      'none, backward, backward_transitive, forward, forward_transitive, full or full_transitive',
      (level: string) => compatibilityLevel(level) !== undefined,
    ),
  ),
  'schema.registry.port': int(
    null,
    'port of the schema registry, which the port of SQL serves too; 8081 when it is not set, or a free one if that is ' +
      'taken; a Millrace property',
    atLeast(0),
  ),
} as const satisfies ConfigKeys;
