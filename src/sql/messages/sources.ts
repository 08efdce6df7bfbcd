import type { RefusalFamily } from '../../base/errors.ts';
import { quoteName } from '../../base/sql-quotes.ts';
import { printType, type SqlType } from '../../serde/model/sql-type.ts';
import { issue } from './refusal.ts';
import { shortTopicName } from './topic-name.ts';

const KEY_KINDS =
  '\nTables have PRIMARY KEYs, which are unique and NON NULL.' +
  '\nStreams have KEYs, which have no uniqueness or NON NULL constraints.';

interface TopicSize {
  readonly partitions: number;
  readonly replicas: number;
}

/** CREATE, ALTER and DROP of streams and tables. */
export const sourceMessages = {
  primaryKeyOfStream: (column: string) => ({
    message: `Column ${quoteName(column)} is a 'PRIMARY KEY' column: please use 'KEY' for streams.${KEY_KINDS}`,
  }),
  keyOfTable: (column: string) => ({
    message: `Column ${quoteName(column)} is a 'KEY' column: please use 'PRIMARY KEY' for tables.${KEY_KINDS}`,
  }),
  primaryKeyMissing: (canInfer: boolean) => ({
    message:
      'Tables require a PRIMARY KEY. Please define the PRIMARY KEY.' +
      (canInfer
        ? ' You can also use PARTIAL SCHEMA inference to load the value columns from the Schema Registry.'
        : ''),
  }),
  noColumns: () => ({
    message: 'The statement does not define any columns.',
    hint: 'name at least one value column',
  }),
  headersType: (type: SqlType, expected: string) => ({
    message: `Invalid type for HEADERS column: expected ${expected}, got ${printType(type)}`,
  }),
  headerType: (key: string, type: SqlType) => ({
    message: `Invalid type for HEADER('${key}') column: expected BYTES, got ${printType(type)}`,
  }),
  headersDisabled: (kind: string) => ({
    message: `Cannot create ${kind === 'STREAM' ? 'Stream' : 'Table'} because schema with headers columns is disabled.`,
    hint: 'ksql.headers.columns.enabled of the server says so',
  }),
  headersTwice: () => ({ message: 'Schema already contains a HEADERS column.' }),
  headerTwice: (key: string) => ({ message: `Schema already contains a HEADER('${key}') column.` }),

  missing: (name: string) => ({ message: `${name} does not exist.` }),
  /** What is added where a source has the name in another case: names in quotes keep theirs. */
  otherCase: (name: string) => ({
    message:
      name === name.toUpperCase()
        ? `\nDid you mean ${name}? Hint: try removing double quotes from the source name.`
        : `\nDid you mean "${name}"? Hint: wrap the source name in double quotes to make it case-sensitive.`,
  }),
  topicMissing: (facts: { readonly topic: string; readonly kind: string; readonly name: string }) => ({
    message:
      `Topic '${facts.topic}' does not exist. If you want to create a new topic for the stream/table please re-run the statement ` +
      "providing the required 'PARTITIONS' configuration in the WITH clause (and optionally 'REPLICAS'). " +
      `For example: CREATE ${facts.kind} ${facts.name} ... WITH (KAFKA_TOPIC='${facts.topic}', PARTITIONS=3);`,
    hint: 'SHOW TOPICS; lists the topics that exist',
  }),
  /** ksqlDB takes a topic that has more replicas than it asks for. */
  topicDiffers: ({
    topic,
    required,
    existing,
  }: {
    readonly topic: string;
    readonly required: TopicSize;
    readonly existing: TopicSize;
  }) => ({
    message:
      `A Kafka topic with the name '${topic}' already exists, with different partition/replica configuration ` +
      `than required. KSQL expects ${required.partitions} partitions (topic has ${existing.partitions}), and ` +
      `${required.replicas} replication factor (topic has ${existing.replicas}).`,
  }),
  topicNotMade: (topic: string, why: string) => ({
    message: `Kafka topic '${shortTopicName(topic)}' cannot be created: ${why.replaceAll(topic, shortTopicName(topic))}`,
  }),
  queryOfWindowedTable: () => ({
    message: 'KSQL does not support persistent queries on windowed tables.',
  }),
  /** A value of this format is one column: groups and joins keep several. */
  kafkaFormat: (sources: readonly string[], clause: 'JOIN' | 'GROUP BY') => ({
    message:
      `Source(s) ${sources.join(', ')} are using the 'KAFKA' value format. ` +
      `This format does not yet support ${clause}.\nSee ${issue(4411)}.`,
  }),
} satisfies RefusalFamily;
