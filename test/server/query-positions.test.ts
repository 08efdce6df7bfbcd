import { afterEach, describe, expect, it } from 'vitest';
import { renderEntity } from '../../cli/shell/entity-tables.ts';
import { SqlServerClient } from '../../cli/shell/sql-server-client.ts';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Admin } from '../../src/client/index.ts';
import { readPage, valueOf } from './metrics-text.ts';
import { eventually, type Json, post, startPlatform, type TestPlatform } from './platform.ts';

/** Where a query is in what it reads: every place that shows it shows what the query's group has committed. */

let platform: TestPlatform | undefined;
let admin: Admin | undefined;

afterEach(async () => {
  await admin?.close();
  await platform?.close();
  admin = platform = undefined;
});

async function start(data?: string): Promise<TestPlatform> {
  await admin?.close();
  platform = await startPlatform(data === undefined ? {} : { data });
  admin = new Admin({ environment: nodeEnvironment, bootstrapServers: platform.bootstrap });
  return platform;
}

const running = (): { readonly platform: TestPlatform; readonly admin: Admin } => {
  if (platform === undefined || admin === undefined) throw new Error('the platform is not started');
  return { platform, admin };
};

async function ksql(text: string): Promise<Json[]> {
  const { status, body } = await post(`${running().platform.url}/ksql`, { ksql: text });
  expect(status, JSON.stringify(body)).toBe(200);
  return body as Json[];
}

type Positions = Readonly<Record<string, { readonly offset: number; readonly lag: number }>>;

/** By topic and partition, as the group has them: what `millrace group describe` shows. */
async function committed(groupId: string): Promise<Positions> {
  const offsets = await running().admin.listConsumerGroupOffsets(groupId);
  const ends = await running().admin.listOffsets(
    offsets.map((each) => ({ ...each, spec: 'latest' as const })),
  );
  return Object.fromEntries(
    offsets.map(({ topic, partition, offset }) => {
      const end = ends.find((each) => each.topic === topic && each.partition === partition);
      return [`${topic}-${partition}`, { offset, lag: (end?.offset ?? NaN) - offset }];
    }),
  );
}

async function described(sink: string): Promise<Positions> {
  const [entity = {}] = await ksql(`DESCRIBE ${sink} EXTENDED;`);
  const { queryOffsetSummaries } = entity['sourceDescription'] as {
    queryOffsetSummaries: {
      topicSummaries: {
        kafkaTopic: string;
        offsets: { partition: number; logEndOffset: number; consumerOffset: number }[];
      }[];
    }[];
  };
  return Object.fromEntries(
    queryOffsetSummaries
      .flatMap(({ topicSummaries }) => topicSummaries)
      .flatMap(({ kafkaTopic, offsets }) =>
        offsets.map(({ partition, logEndOffset, consumerOffset }) => [
          `${kafkaTopic}-${partition}`,
          { offset: consumerOffset, lag: logEndOffset - consumerOffset },
        ]),
      ),
  );
}

interface TasksOf {
  readonly id: string;
  readonly tasksMetadata: {
    topicOffsets: {
      topicPartitionEntity: { topic: string; partition: number };
      offset: number;
      endOffset: number;
      lag: number;
    }[];
  }[];
}

function ofTasks({ tasksMetadata }: TasksOf): Positions {
  return Object.fromEntries(
    tasksMetadata
      .flatMap(({ topicOffsets }) => topicOffsets)
      .map(({ topicPartitionEntity: { topic, partition }, offset, endOffset, lag }) => {
        expect(lag).toBe(endOffset - offset);
        return [`${topic}-${partition}`, { offset, lag }];
      }),
  );
}

const mapValues = <T, U>(from: Readonly<Record<string, T>>, to: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(from).map(([name, value]) => [name, to(value)]));

/** Compares all places for the query that writes a source. Returns the sum of its lags. */
async function lagEverywhere(sink: string): Promise<number> {
  const [{ queries = [] } = {}] = (await ksql('SHOW QUERIES;')) as {
    queries?: { id: string; sinks: string[] }[];
  }[];
  const id = queries.find(({ sinks }) => sinks.includes(sink))?.id ?? '';
  const [{ queryDescription } = {}] = (await ksql(`EXPLAIN ${id};`)) as unknown as {
    queryDescription?: TasksOf & { consumerGroupId: string };
  }[];
  const group = await committed(queryDescription?.consumerGroupId ?? '');
  const [{ queryDescriptions = [] } = {}] = (await ksql('SHOW QUERIES EXTENDED;')) as unknown as {
    queryDescriptions?: TasksOf[];
  }[];
  const listed = queryDescriptions.find((each) => each.id === id);
  const explained = queryDescription === undefined ? {} : ofTasks(queryDescription);
  // Of a partition without a record nothing is committed.
  const expected = { ...mapValues(explained, () => ({ offset: 0, lag: 0 })), ...group };
  expect(explained, `EXPLAIN ${id}`).toEqual(expected);
  expect(listed && ofTasks(listed), 'SHOW QUERIES EXTENDED').toEqual(expected);
  expect(await described(sink), `DESCRIBE ${sink} EXTENDED`).toEqual(expected);
  const lag = Object.values(group).reduce((sum, each) => sum + each.lag, 0);
  const { series } = await readPage(running().platform.url);
  expect(valueOf(series, 'ksql_query_lag', { query_id: id }), 'ksql_query_lag').toBe(lag);
  const taskLags = series.filter(
    ({ name, labels }) => name === 'kafka_streams_task_lag' && labels['query_id'] === id,
  );
  if (taskLags.length > 0)
    expect(
      taskLags.reduce((sum, { value }) => sum + value, 0),
      'kafka_streams_task_lag',
    ).toBe(lag);
  return lag;
}

const lagComesTo = (sink: string, lag: number): Promise<true> =>
  eventually(async () => {
    const [before, after] = [await lagEverywhere(sink).catch(() => undefined), await stateOf(sink)];
    return before === lag && after === 'RUNNING' ? (true as const) : undefined;
  });

async function stateOf(sink: string): Promise<string | undefined> {
  const [{ queries = [] } = {}] = (await ksql('SHOW QUERIES;')) as {
    queries?: { sinks: string[]; state: string }[];
  }[];
  return queries.find(({ sinks }) => sinks.includes(sink))?.state;
}

const SOURCES = `
  CREATE STREAM clicks (id STRING KEY, page STRING) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=2);
  CREATE STREAM copied AS SELECT * FROM clicks;
  CREATE TABLE counts AS SELECT page, COUNT(*) AS n FROM clicks GROUP BY page;
  INSERT INTO clicks VALUES ('a', 'x');
  INSERT INTO clicks VALUES ('b', 'y');
  INSERT INTO clicks VALUES ('c', 'x');
  INSERT INTO clicks VALUES ('d', 'x');`;

describe('the positions of a query', () => {
  it('are those that its group has committed, after a restart too', async () => {
    const first = await start();
    await ksql(SOURCES);
    for (const sink of ['COPIED', 'COUNTS']) await lagComesTo(sink, 0);
    await first.stop();
    await start(first.data);
    for (const sink of ['COPIED', 'COUNTS']) {
      await eventually(async () => ((await stateOf(sink)) === 'RUNNING' ? true : undefined));
      expect(await lagEverywhere(sink)).toBe(0);
    }
    await ksql("INSERT INTO clicks VALUES ('e', 'z');");
    for (const sink of ['COPIED', 'COUNTS']) await lagComesTo(sink, 0);
  });

  it('are told where its group has lost them, with what that does to its counts', async () => {
    await start();
    await ksql(SOURCES);
    await lagComesTo('COUNTS', 0);
    const [{ queries = [] } = {}] = (await ksql('SHOW QUERIES;')) as {
      queries?: { id: string; sinks: string[] }[];
    }[];
    const id = queries.find(({ sinks }) => sinks.includes('COUNTS'))?.id ?? '';
    const errors = async (): Promise<string> => {
      const [{ queryDescription } = {}] = (await ksql(`EXPLAIN ${id};`)) as unknown as {
        queryDescription?: { consumerGroupId: string; queryErrors: { errorMessage: string }[] };
      }[];
      return (queryDescription?.queryErrors ?? []).map(({ errorMessage }) => errorMessage).join('\n');
    };
    expect(await errors()).toBe('');
    await ksql('PAUSE ALL;');
    const groupId = (await running().admin.listGroups())
      .map((group) => group.groupId)
      .find((name) => name.endsWith(`query_${id}`));
    // A paused query is a static member, which its group waits for.
    const [group] = await running().admin.describeGroups([groupId ?? '']);
    const instances = (group?.members ?? []).map((member) => member.groupInstanceId ?? '');
    await running().admin.removeStaticMembers(groupId ?? '', instances);
    const lost = [0, 1].map((partition) => ({ topic: 'clicks', partition, offset: 0 }));
    await eventually(async () => {
      try {
        await running().admin.alterConsumerGroupOffsets(groupId ?? '', lost);
        return true as const;
      } catch {
        return undefined;
      }
    });
    await ksql('RESUME ALL;');
    const told = await eventually(async () => (await errors()) || undefined);
    expect(told).toMatch(
      /committed offsets were lost: records of clicks-\d before offset \d+ are processed again/,
    );
    expect(await stateOf('COUNTS')).toBe('RUNNING');
  });

  it('stay while it is paused, and the lag grows, after a restart too', async () => {
    const first = await start();
    await ksql(SOURCES);
    for (const sink of ['COPIED', 'COUNTS']) await lagComesTo(sink, 0);
    await ksql('PAUSE ALL;');
    await eventually(async () => ((await lagEverywhere('COUNTS').catch(() => -1)) === 0 ? true : undefined));
    await ksql(`
      INSERT INTO clicks VALUES ('a', 'x');
      INSERT INTO clicks VALUES ('e', 'y');
      INSERT INTO clicks VALUES ('e', 'y');`);
    for (const sink of ['COPIED', 'COUNTS']) expect(await lagEverywhere(sink)).toBe(3);
    await first.stop();
    await start(first.data);
    for (const sink of ['COPIED', 'COUNTS']) {
      expect(await stateOf(sink)).toBe('PAUSED');
      expect(await lagEverywhere(sink)).toBe(3);
    }
    const shown = await new SqlServerClient(running().platform.url).execute('DESCRIBE copied EXTENDED;', {
      properties: {},
      variables: {},
    });
    expect(shown.map((entity) => renderEntity(entity, Number.POSITIVE_INFINITY)).join('\n')).toMatch(
      /partition 0: from 0 to \d+, at \d+, lag [123]\n/,
    );
    await ksql('RESUME ALL;');
    for (const sink of ['COPIED', 'COUNTS']) await lagComesTo(sink, 0);
  });

  it('stand at the record that has put it into ERROR', async () => {
    await start();
    await running().admin.createTopics([
      { name: 'SMALL', partitions: 1, configs: { 'max.message.bytes': '300' } },
    ]);
    await ksql(`
      CREATE STREAM large (id STRING KEY, v STRING) WITH (KAFKA_TOPIC='large', VALUE_FORMAT='JSON', PARTITIONS=1);
      CREATE STREAM small AS SELECT * FROM large;
      INSERT INTO large VALUES ('a', 'x');`);
    await lagComesTo('SMALL', 0);
    await ksql(`INSERT INTO large VALUES ('a', '${'x'.repeat(1000)}'); INSERT INTO large VALUES ('a', 'y');`);
    await eventually(async () => ((await stateOf('SMALL')) === 'ERROR' ? true : undefined));
    expect(await lagEverywhere('SMALL')).toBe(2);
  });
});
