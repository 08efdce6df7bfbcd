import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { nodeEnvironment } from '../../../../src/base/io/node-environment.ts';
import type { Threads } from '../../../../src/base/environment.ts';
import { silentLogger } from '../../../../src/base/logger.ts';
import { ThreadedQueries } from '../../../../src/sql/runtime/thread/threaded-queries.ts';

/** Threads that do nothing but note what they are told, and end when they are asked something: it is to close. */
function notedThreads() {
  const told: unknown[] = [];
  const calls: string[] = [];
  const threads: Threads = {
    start: (_service, { onEnd }) => ({
      post: (message) => {
        if (isCall(message)) {
          calls.push(JSON.stringify(message));
          onEnd();
        } else told.push(message);
      },
      terminate: async () => undefined,
    }),
  };
  return { threads, told, calls };
}

const isCall = (message: unknown): boolean =>
  typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'call';

it('gives each thread a folder, and its part of the memory that all queries may have together', async () => {
  const { threads, told } = notedThreads();
  const stateDir = mkdtempSync(path.join(tmpdir(), 'millrace-threads-'));
  const queries = new ThreadedQueries(
    {
      ...{ environment: nodeEnvironment, bootstrapServers: '127.0.0.1:1', stateDir, serviceId: 'x_' },
      ...{ sharedCacheBytesMax: 1000, sharedBlockCacheBytes: 700 },
    },
    { threads, count: 3 },
  );
  expect(told).toEqual([]);
  queries.open();
  const memory = { sharedCacheBytesMax: 333, sharedBlockCacheBytes: 233 };
  expect(told).toMatchObject(
    ['', '/thread-1', '/thread-2'].map((folder) => ({
      kind: 'open',
      options: { stateDir: `${stateDir}${folder}`, serviceId: 'x_', ...memory },
    })),
  );
  // Nothing that cannot be copied between threads goes along.
  expect(told.map((message) => structuredClone(message))).toHaveLength(3);
  await queries.close();
  rmSync(stateDir, { recursive: true });
});

it('moves nothing before it is told to, and takes no move for done that its end has cut off', async () => {
  const { threads, calls } = notedThreads();
  const stateDir = mkdtempSync(path.join(tmpdir(), 'millrace-threads-'));
  const query = path.join(stateDir, 'thread-1', '_confluent-ksql-x_query_Q');
  mkdirSync(query, { recursive: true });
  const noted = path.join(stateDir, '_confluent-ksql-x_stream-threads');
  writeFileSync(noted, '2\n');
  const options = {
    environment: nodeEnvironment,
    bootstrapServers: '127.0.0.1:1',
    stateDir,
    serviceId: 'x_',
    logger: { ...silentLogger, warn: (message: string) => void warned.push(message) },
  };
  const warned: string[] = [];
  const queries = new ThreadedQueries(options, { threads, count: 1 });
  queries.open();
  await nodeEnvironment.timers.sleep(1);
  expect(calls).toEqual([]);
  queries.placeState();
  expect(calls).toEqual([expect.stringContaining('moveQueries')]);
  await queries.close();
  await nodeEnvironment.timers.sleep(1);
  expect(existsSync(query)).toBe(true);
  expect(readFileSync(noted, 'utf8')).toBe('2\n');
  // What has to be done is not asked of threads any more once they are closed, which is no failure of it.
  expect(warned).toEqual([]);
  rmSync(stateDir, { recursive: true });
});
