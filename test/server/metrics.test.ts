import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Admin, Consumer, Producer } from '../../src/client/index.ts';
import { readPage, type Series, valueOf } from './metrics-text.ts';
import { eventually, type Json, post, startPlatform, type TestPlatform } from './platform.ts';

let platform: TestPlatform;

const ksql = async (text: string): Promise<Json[]> => {
  const { status, body } = await post(`${platform.url}/ksql`, { ksql: text });
  expect(status, JSON.stringify(body)).toBe(200);
  return body as Json[];
};
/** The one thing that a statement answers, under its name. */
const answerOf = async <T>(text: string, name: string): Promise<T> => {
  const [entity = {}] = await ksql(text);
  return entity[name] as T;
};
const client = () => ({ environment: nodeEnvironment, bootstrapServers: platform.bootstrap });

beforeAll(async () => {
  platform = await startPlatform();
  await ksql(`
    CREATE STREAM views (id STRING KEY, page STRING) WITH (KAFKA_TOPIC='views', VALUE_FORMAT='JSON', PARTITIONS=2);
    CREATE TABLE counts AS SELECT page, COUNT(*) AS n FROM views GROUP BY page EMIT CHANGES;
  `);
  const producer = new Producer(client());
  for (let i = 0; i < 10; i++) {
    const value = Buffer.from(i === 9 ? 'not JSON' : `{"page":"p${i % 3}"}`);
    await producer.sendAndWait({ topic: 'views', partition: i % 2, key: Buffer.from(`${i}`), value });
  }
  await producer.close();
});

afterAll(() => platform.close());

/** The page once the query has processed all that was written. */
const caughtUp = (): Promise<readonly Series[]> =>
  eventually(async () => {
    const { series } = await readPage(platform.url);
    const isDone =
      valueOf(series, 'ksql_query_rows_in_total') === 9 && valueOf(series, 'ksql_query_lag') === 0;
    // Rows of an aggregation are put out with the commit, at the latest.
    const hasWritten = (valueOf(series, 'ksql_query_rows_out_total') ?? 0) >= 3;
    return isDone && hasWritten ? series : undefined;
  });

describe('/metrics', () => {
  it('is in the format of Prometheus, by its conventions', async () => {
    await caughtUp();
    const { types, series } = await readPage(platform.url);
    const seen = new Set<string>();
    for (const { name, labels } of series) {
      const id = `${name}${JSON.stringify(labels)}`;
      expect(seen.has(id), `${id} is there twice`).toBe(false);
      seen.add(id);
      const type = types.get(name) ?? types.get(name.replace(/_(bucket|sum|count)$/, ''));
      expect(type, `${name} has no type`).toBeDefined();
      if (type === 'counter') expect(name).toMatch(/_total$/);
      if (type === 'gauge' && !name.startsWith('nodejs_')) expect(name).not.toMatch(/_total$/);
    }
  });

  it('has the offsets and sizes of logs', async () => {
    const series = await caughtUp();
    const at = { topic: 'views', partition: '1' };
    expect(valueOf(series, 'kafka_log_log_logstartoffset', at)).toBe(0);
    expect(valueOf(series, 'kafka_log_log_logendoffset', at)).toBe(5);
    expect(valueOf(series, 'kafka_log_log_size', at)).toBeGreaterThan(100);
    expect(valueOf(series, 'kafka_cluster_partition_underreplicated', at)).toBe(0);
    expect(valueOf(series, 'kafka_controller_kafkacontroller_offlinepartitionscount')).toBe(0);
    expect(valueOf(series, 'kafka_controller_kafkacontroller_activecontrollercount')).toBe(1);
    const halves = ['0', '1'].map(
      (partition) => valueOf(series, 'kafka_log_log_size', { ...at, partition }) ?? 0,
    );
    expect(valueOf(series, 'millrace_topic_size_bytes', { topic: 'views' })).toBe(
      (halves[0] ?? 0) + (halves[1] ?? 0),
    );
  });

  it('has the lag of a group, by partition and by topic', async () => {
    const consumer = new Consumer({ ...client(), groupId: 'readers', autoOffsetReset: 'earliest' });
    consumer.assign([
      { topic: 'views', partition: 0 },
      { topic: 'views', partition: 1 },
    ]);
    await consumer.commit([
      { topic: 'views', partition: 0, offset: 5 },
      { topic: 'views', partition: 1, offset: 2 },
    ]);
    await consumer.close();
    const { series } = await readPage(platform.url);
    const of = { consumergroup: 'readers', topic: 'views' };
    expect(valueOf(series, 'kafka_consumergroup_lag', { ...of, partition: '0' })).toBe(0);
    expect(valueOf(series, 'kafka_consumergroup_lag', { ...of, partition: '1' })).toBe(3);
    expect(valueOf(series, 'kafka_consumergroup_current_offset', { ...of, partition: '1' })).toBe(2);
    expect(valueOf(series, 'kafka_consumergroup_lag_sum', of)).toBe(3);
    expect(valueOf(series, 'kafka_consumergroup_members', { consumergroup: 'readers' })).toBe(0);
  });

  it('counts requests and their times by API', async () => {
    const series = await caughtUp();
    const request = 'Produce';
    const name = 'kafka_network_requestmetrics_totaltimems';
    const count = valueOf(series, `${name}_count`, { request });
    expect(count).toBeGreaterThanOrEqual(10);
    const buckets = series.filter(
      (each) => each.name === `${name}_bucket` && each.labels['request'] === request,
    );
    expect(buckets.map(({ value }) => value)).toEqual(
      buckets.map(({ value }) => value).toSorted((a, b) => a - b),
    );
    expect(buckets.at(-1)).toMatchObject({ labels: { le: '+Inf' }, value: count });
  });

  it('has what persistent queries, their tasks and threads do', async () => {
    const series = await caughtUp();
    expect(valueOf(series, 'ksql_query_state', { state: 'RUNNING' })).toBe(1);
    expect(valueOf(series, 'ksql_query_state', { state: 'ERROR' })).toBe(0);
    // Of the ten that came one is no JSON: it is passed over.
    expect(valueOf(series, 'ksql_query_rows_dropped_total')).toBe(1);
    expect(valueOf(series, 'ksql_query_rows_out_total')).toBeGreaterThanOrEqual(3);
    expect(valueOf(series, 'ksql_query_restarts_total')).toBe(0);
    expect(valueOf(series, 'ksql_query_last_row_timestamp_seconds')).toBeGreaterThan(1.6e9);
    expect(valueOf(series, 'ksql_query_state_store_bytes')).toBeGreaterThan(0);
    const tasks = series.filter(({ name }) => name === 'kafka_streams_task_processed_total');
    // Two tasks read the topic and write by page, two count: what they hand over is no row of the query's.
    expect(new Set(tasks.map(({ labels }) => labels['task_id']))).toEqual(
      new Set(['0_0', '0_1', '1_0', '1_1']),
    );
    expect(tasks.reduce((sum, { value }) => sum + value, 0)).toBe(9 + 9);
    expect(valueOf(series, 'kafka_streams_thread_polls_total')).toBeGreaterThan(0);
  });
});

describe('statements show the statistics', () => {
  it('DESCRIBE EXTENDED, of what a query reads and of what it writes', async () => {
    await caughtUp();
    const read = await answerOf<Json>('DESCRIBE views EXTENDED;', 'sourceDescription');
    const { statistics, errorStats } = read;
    expect(statistics).toMatch(
      /^consumer-messages-per-sec: +\d+\.\d\d consumer-total-messages: +9 +last-message: \d{4}-\d\d-\d\dT/,
    );
    expect(errorStats).toMatch(/^consumer-failed-messages: +1 +last-failed:/);
    const description = await answerOf<Json>('DESCRIBE counts EXTENDED;', 'sourceDescription');
    expect(description['statistics']).toMatch(
      /^messages-per-sec: +\d+\.\d\d total-messages: +\d+ +last-message: /,
    );
    expect(description['queryOffsetSummaries']).toMatchObject([
      {
        groupId: expect.stringMatching(/query_CTAS_COUNTS_/),
        topicSummaries: expect.arrayContaining([
          {
            kafkaTopic: 'views',
            offsets: [
              { partition: 0, logStartOffset: 0, logEndOffset: 5, consumerOffset: 5 },
              { partition: 1, logStartOffset: 0, logEndOffset: 5, consumerOffset: 5 },
            ],
          },
        ]),
      },
    ]);
    expect(await answerOf('DESCRIBE views;', 'sourceDescription')).toMatchObject({
      statistics: '',
      errorStats: '',
      queryOffsetSummaries: [],
    });
  });

  it('EXPLAIN and SHOW QUERIES EXTENDED, of each task', async () => {
    await caughtUp();
    const [query] = await answerOf<Json[]>('SHOW QUERIES EXTENDED;', 'queryDescriptions');
    const explained = await answerOf(`EXPLAIN ${String(query?.['id'])};`, 'queryDescription');
    for (const description of [query, explained]) {
      expect(description).toMatchObject({
        consumerGroupId: expect.stringMatching(/query_CTAS_COUNTS_/),
        tasksMetadata: expect.arrayContaining([
          {
            taskId: '0_1',
            topicOffsets: [
              { topicPartitionEntity: { topic: 'views', partition: 1 }, endOffset: 5, offset: 5, lag: 0 },
            ],
            timeCurrentIdlingStarted: null,
          },
        ]),
      });
    }
  });
});

it('keeps the counts of a query that is paused and resumed', async () => {
  await caughtUp();
  await ksql('PAUSE ALL;');
  const paused = await readPage(platform.url);
  expect(valueOf(paused.series, 'ksql_query_rows_in_total')).toBe(9);
  await ksql('RESUME ALL;');
  const series = await eventually(async () => {
    const page = await readPage(platform.url);
    return valueOf(page.series, 'ksql_query_state', { state: 'RUNNING' }) === 1 ? page.series : undefined;
  });
  expect(valueOf(series, 'ksql_query_rows_in_total')).toBe(9);
});

it('leaves series beyond the limits out, and says how many', async () => {
  const small = await startPlatform({
    properties: { 'ksql.metrics.partitions.max': '3', 'ksql.metrics.series.max': '5' },
  });
  try {
    const admin = new Admin({ environment: nodeEnvironment, bootstrapServers: small.bootstrap });
    await admin.createTopics(Array.from({ length: 7 }, (_, i) => ({ name: `t${i}`, partitions: 2 })));
    await admin.close();
    const { series } = await eventually(async () => {
      const page = await readPage(small.url);
      return valueOf(page.series, 'kafka_server_replicamanager_partitioncount') === 15 ? page : undefined;
    });
    const of = (name: string) => series.filter((each) => each.name === name);
    expect(of('kafka_log_log_size')).toHaveLength(3);
    expect(of('millrace_topic_size_bytes')).toHaveLength(5);
    const omitted = 'millrace_metrics_omitted_series';
    expect(valueOf(series, omitted, { metric: 'kafka_log_log_size' })).toBe(12);
    expect(valueOf(series, omitted, { metric: 'millrace_topic_size_bytes' })).toBe(3);
  } finally {
    await small.close();
  }
});
