import { cpSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { Producer } from '../../../src/client/index.ts';
import { type RecordedStatement, replayCommands } from '../../../src/sql/index.ts';
import { TestBrokers } from '../../broker/running-broker.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { numberedResults, resultsNow } from '../../streams/runtime/numbered-results.ts';
import { OnThreads } from './on-threads.ts';

const KEYS = 8;

const brokers = new TestBrokers();
let bootstrapServers: string;

beforeAll(async () => {
  const { host, port } = (await brokers.start({ 'group.initial.rebalance.delay.ms': 0 })).address;
  bootstrapServers = `${host}:${port}`;
});
afterAll(() => brokers.close());

it.each(['at_least_once', 'exactly_once_v2'])(
  'servers of one service with a copy of one state folder share its queries, %s',
  async (guarantee) => {
    const name = `copied_${guarantee.slice(0, 2)}`;
    const folder = brokers.newDirectory();
    const stateDirs = ['original', 'copy'].map((each) => path.join(folder, each));
    const server = (stateDir: string): OnThreads => new OnThreads(bootstrapServers, { stateDir });
    const topics = { input: name, output: name.toUpperCase(), partitions: 2 };
    const insert = async (from: number, count: number): Promise<void> => {
      const producer = new Producer({ environment, bootstrapServers });
      for (let i = from; i < from + count; i++)
        producer.send({ topic: topics.input, key: `key-${i % KEYS}`, value: '{"V":1}' });
      await producer.close();
    };
    /** At least once some may be told twice, or be too high. */
    const told = async (count: number): Promise<void> => {
      const expected = numberedResults(count, KEYS);
      const isTold = async (): Promise<boolean> => {
        const results = await resultsNow(bootstrapServers, topics);
        return Object.entries(expected).every(
          ([key, numbers]) => (results[key]?.at(-1) ?? 0) >= numbers.length,
        );
      };
      await expect.poll(isTold, { timeout: PATIENCE_MS }).toBe(true);
      if (guarantee === 'exactly_once_v2')
        expect(await resultsNow(bootstrapServers, topics)).toEqual(expected);
    };

    const first = server(stateDirs[0] ?? '');
    const properties = {
      ...first.session.properties,
      ...{ 'processing.guarantee': guarantee, 'statestore.cache.max.bytes': '0' },
    };
    const session = (first.session = { ...first.session, properties });
    const results = await first.run(`
      CREATE STREAM ${name} (k STRING KEY, v INT) WITH (KAFKA_TOPIC='${topics.input}', VALUE_FORMAT='JSON', PARTITIONS=2);
      CREATE TABLE ${name}_t WITH (KAFKA_TOPIC='${topics.output}', VALUE_FORMAT='KAFKA') AS
        SELECT k, CAST(COUNT(*) AS STRING) AS n FROM ${name} GROUP BY k;`);
    const recorded = results.flatMap((result): RecordedStatement[] =>
      result.kind === 'ddl' ? [{ kind: 'plan', plan: result.plan, session }] : [],
    );
    await insert(0, 40);
    await told(40);
    await first.close();
    cpSync(stateDirs[0] ?? '', stateDirs[1] ?? '', { recursive: true });

    const servers = stateDirs.map(server);
    try {
      await Promise.all(servers.map(async ({ engine }) => engine.restore(await replayCommands(recorded))));
      // Each finds out with its next commit that the other has its name.
      for (let written = 40; written < 440; written += 100) {
        await insert(written, 100);
        await told(written + 100);
        const states = () => servers.map(({ engine }) => engine.queries()[0]?.state);
        await expect.poll(states, { timeout: PATIENCE_MS }).toEqual(['RUNNING', 'RUNNING']);
      }
      // Once it has another one there is nothing to find out any more.
      expect(
        servers.flatMap(({ engine }) => engine.queries().flatMap(({ errors }) => errors)).length,
      ).toBeLessThan(2);
    } finally {
      await Promise.all(servers.map((each) => each.close()));
    }
  },
);
