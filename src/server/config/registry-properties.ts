import { boolean, type ConfigKeys, int, string } from '../../base/config/config-key.ts';
import { atLeast, rangeOf } from '../../base/config/config-range.ts';
import { outsideRegistryProperties } from './outside-registry-properties.ts';
import { compatibilityLevel } from '../../registry/index.ts';

/** Properties of the schema registry, under the names of Confluent's. */
export const registryProperties = {
  'ksql.schema.registry.url': string(
    null,
    'URLs of a schema registry elsewhere, separated by commas, that SQL has its schemas in; when it is not set, in the one ' +
      'of this server',
  ),
  ...outsideRegistryProperties,
  'schema.registry.group.id': string(
    'schema-registry',
    'group of the schema registries that share a topic, of which one writes',
  ),
  'leader.eligibility': boolean(true, 'whether this schema registry may be the one that writes'),
  'host.name': string(
    null,
    'name by which other schema registries of the group reach this one; when it is not set, the address it listens on, or ' +
      'the name of the machine where that is all addresses',
  ),
  'inter.instance.protocol': string(
    null,
    'by which other schema registries of the group reach this one; when it is not set, that of its listener',
    rangeOf('http or https', (name: string) => name === 'http' || name === 'https'),
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
