import { done, type StatementCase } from '../statement-case.ts';

const like = (name: string): string => `WITH (KAFKA_TOPIC='${name}', VALUE_FORMAT='JSON', PARTITIONS=1)`;

export const createSource: StatementCase = {
  answers: [
    [
      `CREATE STREAM a (k STRING KEY) ${like('a')};`,
      done('Stream created', { commandId: 'stream/`A`/create' }),
    ],
    [
      `CREATE TABLE b (k STRING PRIMARY KEY) ${like('b')};`,
      done('Table created', { commandId: 'table/`B`/create' }),
    ],
    [`CREATE OR REPLACE STREAM a (k STRING KEY, v INT) ${like('a')};`, done('Stream created')],
    [
      `CREATE STREAM IF NOT EXISTS a (x INT) ${like('a')};`,
      {
        '@type': 'warning_entity',
        message: 'Cannot add stream `A`: A stream with the same name already exists.',
      },
    ],
  ],
  refusals: [
    [
      "CREATE STREAM orders (k STRING KEY, k INT) WITH (KAFKA_TOPIC='none', VALUE_FORMAT='JOSN');",
      "Cannot add stream 'ORDERS': A stream with the same name already exists",
    ],
    ["CREATE STREAM c (k STRING KEY, k INT) WITH (KAFKA_TOPIC='none', VALUE_FORMAT='JSON');", /[Dd]uplicate/],
    [
      "CREATE OR REPLACE STREAM orders (k INT KEY) WITH (KAFKA_TOPIC='none', VALUE_FORMAT='JSON');",
      'topic = orders which cannot be upgraded to topic = none',
    ],
    [
      "CREATE STREAM c (k STRING KEY) WITH (KAFKA_TOPIC='none', VALUE_FORMAT='JSON');",
      "Topic 'none' does not exist",
    ],
    [
      "CREATE STREAM c (k STRING KEY) WITH (KAFKA_TOPIC='c', VALUE_FORMAT='JSON', PARTITIONS=1, REPLICAS=3);",
      "Kafka topic 'c' cannot be created",
    ],
  ],
};
