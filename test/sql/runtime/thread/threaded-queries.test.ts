import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { nodeEnvironment } from '../../../../src/base/io/node-environment.ts';
import type { Threads } from '../../../../src/base/environment.ts';
import { ThreadedQueries } from '../../../../src/sql/runtime/thread/threaded-queries.ts';

/** Threads that do nothing but note what they are told, and end when they are asked something: it is to close. */
function notedThreads(): { readonly threads: Threads; readonly told: unknown[] } {
  const told: unknown[] = [];
  const threads: Threads = {
    start: (_service, { onEnd }) => ({
      post: (message) => {
        if (isCall(message)) onEnd();
        else told.push(message);
      },
      terminate: async () => undefined,
    }),
  };
  return { threads, told };
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
