import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { nodeThreads } from '../../../src/base/io/node-threads.ts';
import { MemoryRegistry } from '../../../src/sql/testing/memory-registry.ts';
import { KafkaHost } from '../../../src/sql/index.ts';
import { ThreadedQueries } from '../../../src/sql/runtime/thread/threaded-queries.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { type BrokerAndFolder, brokerAndFolder } from '../../streams/runtime/broker-and-folder.ts';
import { SqlSession } from './sql-session.ts';

const ALL = { startMin: 0, startMax: 1e15, endMin: 0, endMax: 1e15 };

let around: BrokerAndFolder;
let session: SqlSession | undefined;

/** Keeps the queries that were started. */
class WatchedHost extends KafkaHost {
  readonly started: ReturnType<KafkaHost['newQuery']>[] = [];

  override newQuery(...args: Parameters<KafkaHost['newQuery']>): ReturnType<KafkaHost['newQuery']> {
    const query = super.newQuery(...args);
    this.started.push(query);
    return query;
  }
}

function hostOf({ onThread }: { readonly onThread: boolean }): WatchedHost {
  const options = {
    ...{
      environment: nodeEnvironment,
      bootstrapServers: around.bootstrapServers,
      stateDir: path.join(around.folder, 'sql'),
    },
    ...{
      registry: new MemoryRegistry(),
      serviceId: 'places_',
      commitIntervalMs: 100,
      applicationServer: 'sql:8088',
    },
  };
  const host = onThread
    ? new WatchedHost(options, { runtime: new ThreadedQueries(options, { threads: nodeThreads, count: 1 }) })
    : new WatchedHost(options);
  host.open();
  host.placeState();
  return host;
}

beforeEach(async () => {
  around = await brokerAndFolder({ 'group.initial.rebalance.delay.ms': 0 });
});
afterEach(async () => {
  await session?.close();
  await around.close();
});

it.each([{ onThread: false }, { onThread: true }])(
  'a query says who has the rows of a key, and answers for one partition (on a thread: $onThread)',
  async ({ onThread }) => {
    const host = hostOf({ onThread });
    session = new SqlSession(host);
    await session.run(`
      CREATE TABLE items (id INT PRIMARY KEY, n INT)
        WITH (KAFKA_TOPIC='items', KEY_FORMAT='JSON', VALUE_FORMAT='JSON', PARTITIONS=4);
      CREATE TABLE kept WITH (KEY_FORMAT='KAFKA') AS SELECT * FROM items;`);
    const ids = [1, 2, 3, 4, 5, 6];
    for (const id of ids) await session.run(`INSERT INTO items (id, n) VALUES (${id}, ${id});`);
    const [query] = host.started;
    const table = query?.table;
    if (query === undefined || table === undefined) throw new Error('the query keeps a table');
    for (const id of ids) {
      // The partition is that of the key as JSON, in which the rows came.
      await expect
        .poll(
          async () => {
            const [place] = await table.places([id]);
            const rows = await table.get([id], ALL, { partition: place?.partition ?? -1 });
            return { at: place?.active, rows: rows.map(({ value }) => value) };
          },
          { timeout: PATIENCE_MS },
        )
        .toEqual({ at: 'sql:8088', rows: [[id]] });
      const partition = (await table.places([id]))[0]?.partition ?? -1;
      expect(await table.get([id], ALL, { partition: (partition + 1) % 4 })).toEqual([]);
      expect((await table.get([id], ALL)).map(({ value }) => value)).toEqual([[id]]);
    }
    const scanned: unknown[] = [];
    for (let partition = 0; partition < 4; partition++)
      for await (const page of table.scan(undefined, { partition }))
        scanned.push(...page.map(({ key }) => key));
    expect(new Set(scanned.map(String))).toEqual(new Set(ids.map(String)));
    expect(scanned).toHaveLength(ids.length);
    expect(await query.clients()).toMatchObject([{ hostInfo: { host: 'sql', port: 8088 } }]);
    const [lags] = [...(await query.lags()).values()];
    expect(new Map([...(lags ?? [])].map(([partition, { offsetLag }]) => [partition, offsetLag]))).toEqual(
      new Map([0, 1, 2, 3].map((partition) => [partition, 0])),
    );
  },
);
