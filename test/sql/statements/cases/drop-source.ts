import { done, type StatementCase } from '../statement-case.ts';

const gone = "CREATE STREAM gone (v INT) WITH (KAFKA_TOPIC='gone', VALUE_FORMAT='JSON', PARTITIONS=1);";

export const dropSource: StatementCase = {
  answers: [
    [
      `${gone} DROP STREAM gone;`,
      done('Stream created'),
      done('Source `GONE` (topic: kept) was dropped.', { commandId: 'stream/`GONE`/drop' }),
    ],
    [
      `${gone} DROP STREAM gone DELETE TOPIC;`,
      done('Stream created'),
      done('Source `GONE` (topic: gone) was dropped.'),
    ],
    [
      'DROP STREAM IF EXISTS gone;',
      {
        '@type': 'currentStatus',
        commandStatus: { status: 'SUCCESS', message: 'Source `GONE` does not exist.' },
      },
    ],
  ],
  refusals: [
    ['DROP TABLE nowhere DELETE TOPIC;', 'Source NOWHERE does not exist.'],
    [
      'DROP TABLE fixed DELETE TOPIC;',
      'Incompatible data source type is STREAM, but statement was DROP TABLE',
    ],
    ['DROP STREAM fixed DELETE TOPIC;', 'Cannot delete topic for read-only source: FIXED'],
    ['DROP STREAM orders;', 'You need to drop them before dropping ORDERS'],
    [
      `${gone} INSERT INTO gone SELECT v FROM gone; DROP STREAM gone;`,
      'You need to terminate them before dropping GONE',
    ],
  ],
};
