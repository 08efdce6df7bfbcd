import { expect } from 'vitest';
import type { StatementCase } from '../statement-case.ts';

/** A list in which an entry has these fields. */
const including = (fields: object): unknown => expect.arrayContaining([expect.objectContaining(fields)]);

export const show: StatementCase = {
  answers: [
    [
      'SHOW STREAMS;',
      {
        '@type': 'streams',
        streams: including({ type: 'STREAM', name: 'ORDERS', topic: 'orders', isWindowed: false }),
        warnings: [],
      },
    ],
    ['LIST TABLES;', { '@type': 'tables', tables: including({ name: 'TOTALS', valueFormat: 'JSON' }) }],
    [
      'SHOW STREAMS EXTENDED;',
      { '@type': 'source_descriptions', sourceDescriptions: including({ name: 'ORDERS', extended: true }) },
    ],
    [
      'SHOW QUERIES;',
      {
        '@type': 'queries',
        queries: including({ id: 'TOTALS_QUERY', sinks: ['TOTALS'], queryType: 'PERSISTENT' }),
      },
    ],
    [
      'SHOW QUERIES EXTENDED;',
      {
        '@type': 'query_descriptions',
        queryDescriptions: including({ id: 'TOTALS_QUERY', sources: ['ORDERS'] }),
      },
    ],
    ['SHOW TOPICS;', { '@type': 'kafka_topics', topics: including({ name: 'orders', replicaInfo: [1] }) }],
    ['SHOW TOPICS EXTENDED;', { '@type': 'kafka_topics_extended' }],
    ['SHOW ALL TOPICS;', { topics: including({ name: '_confluent-ksql-default__command_topic' }) }],
    [
      'SHOW FUNCTIONS;',
      { '@type': 'function_names', functions: including({ name: 'SUM', type: 'AGGREGATE' }) },
    ],
    [
      'SHOW TYPES;',
      {
        '@type': 'type_list',
        types: { MONEY: { type: 'DECIMAL', parameters: { precision: 12, scale: 2 } } },
      },
    ],
    [
      'SHOW PROPERTIES;',
      {
        '@type': 'properties',
        properties: including({ name: 'ksql.service.id', scope: 'KSQL', level: 'SERVER' }),
      },
    ],
    [
      "DEFINE shown = 'yes'; SHOW VARIABLES;",
      { '@type': 'variables', variables: [{ name: 'SHOWN', value: 'yes' }] },
    ],
  ],
  refusals: [
    ['SHOW CONNECTORS;', 'SHOW CONNECTORS is not supported'],
    ['SHOW CONNECTOR PLUGINS;', 'SHOW CONNECTOR PLUGINS is not supported'],
  ],
};

export const describe: StatementCase = {
  answers: [
    [
      'DESCRIBE orders;',
      {
        '@type': 'sourceDescription',
        sourceDescription: {
          name: 'ORDERS',
          fields: including({
            name: 'ID',
            type: 'KEY',
            schema: expect.objectContaining({ type: 'STRING' }) as unknown,
          }),
          readQueries: including({ id: 'TOTALS_QUERY' }),
          sourceConstraints: expect.arrayContaining(['TOTALS']) as unknown,
          extended: false,
        },
      },
    ],
    [
      'DESCRIBE totals EXTENDED;',
      {
        sourceDescription: { extended: true, partitions: 1, writeQueries: including({ id: 'TOTALS_QUERY' }) },
      },
    ],
    ['DESCRIBE FUNCTION lcase;', { '@type': 'describe_function', name: 'lcase', type: 'SCALAR' }],
    ['DESCRIBE STREAMS EXTENDED;', { '@type': 'source_descriptions' }],
    [
      'DESCRIBE TABLES;',
      { '@type': 'source_descriptions', sourceDescriptions: including({ name: 'ITEMS' }) },
    ],
  ],
  refusals: [
    ['DESCRIBE nowhere;', 'NOWHERE'],
    ['DESCRIBE FUNCTION nothing;', 'NOTHING'],
    ['DESCRIBE CONNECTOR c;', 'DESCRIBE CONNECTOR is not supported'],
  ],
};
