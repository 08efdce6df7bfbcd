import { expect, it } from 'vitest';
import type { Threads } from '../../../../src/base/environment.ts';
import { nodeEnvironment } from '../../../../src/base/io/node-environment.ts';
import { silentLogger } from '../../../../src/base/logger.ts';
import { builtInRegistry } from '../../../../src/sql/index.ts';
import { Catalog } from '../../../../src/sql/catalog/catalog.ts';
import { ThreadedQueries } from '../../../../src/sql/runtime/thread/threaded-queries.ts';
import { settle, VirtualTime } from '../../../broker/quorum/virtual-time.ts';
import { planOf } from './plan-of.ts';

/** Threads that answer all that they are asked, until one is held up: then it says nothing, until it is terminated. */
class AnsweringThreads implements Threads {
  started = 0;
  told: unknown[] = [];
  isHeldUp = false;
  turn: Int32Array | undefined;

  start: Threads['start'] = (_service, { onMessage, onEnd }) => {
    this.started++;
    this.isHeldUp = false;
    return {
      post: (message) => {
        this.told.push(message);
        if (typeof message !== 'object' || message === null) return;
        if ('turn' in message) this.turn = message.turn as Int32Array;
        if ('id' in message && !this.isHeldUp)
          onMessage({ kind: 'answer', id: message.id, output: undefined } as never);
        if ('call' in message && isClose(message.call)) onEnd();
      },
      terminate: async () => onEnd({ error: new Error('terminated') }),
    };
  };
}

const isClose = (call: unknown): boolean =>
  typeof call === 'object' && call !== null && 'kind' in call && call.kind === 'close';

it('sees that a query holds up its thread, says which, and ends the thread with it', async () => {
  const time = new VirtualTime();
  const threads = new AnsweringThreads();
  const warned: unknown[] = [];
  const queries = new ThreadedQueries(
    {
      environment: { ...nodeEnvironment, clock: time, timers: time },
      ...{ bootstrapServers: '127.0.0.1:1', stateDir: '/state', serviceId: 'x_' },
      logger: { ...silentLogger, warn: (message, fields) => warned.push({ message, ...fields }) },
    },
    { threads, count: 1 },
  );
  queries.open();
  queries.placeState();
  const context = { catalog: Catalog.empty, functions: builtInRegistry(), properties: {}, topics: new Map() };
  const plan = await planOf('CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;');
  const endless = queries.newQuery(plan, context);
  await endless.start();
  const number = threads.told.flatMap((message) =>
    typeof message === 'object' && message !== null && 'query' in message ? [Number(message.query)] : [],
  );
  await time.run(60_000);
  expect(queries.standstill).toBeUndefined();

  threads.turn?.fill(number[0] ?? -1);
  threads.isHeldUp = true;
  await time.run(30_000);
  expect(queries.standstill).toContain(`query ${plan.queryId} holds up`);
  expect(warned).toContainEqual(expect.objectContaining({ heldUpBy: `query ${plan.queryId}` }));
  expect(threads.started).toBe(1);

  await endless.close({ cleanUp: true });
  await settle();
  expect(threads.started).toBe(2);
  expect(queries.standstill).toBeUndefined();
  await queries.close();
});
