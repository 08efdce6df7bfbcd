import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { nodeNetwork } from '../../src/base/io/node-network.ts';
import { nodeThreads } from '../../src/base/io/node-threads.ts';
import { PATIENCE_MS } from '../setup/patience.ts';
import { type Ask, service } from './thread-services.ts';

const PATIENT = { timeout: PATIENCE_MS };

interface Heard {
  readonly messages: unknown[];
  readonly ended: Promise<{ readonly error: unknown } | undefined>;
  ask(ask: Ask, value?: unknown): void;
  terminate(): Promise<void>;
}

function started(): Heard {
  const messages: unknown[] = [];
  const { promise: ended, end } = endOf();
  const handlers = { onMessage: (message: unknown) => messages.push(message), onEnd: end };
  const thread = nodeThreads.start(service, handlers, { heapMegabytesMax: 64 });
  return {
    messages,
    ended,
    ask: (ask, value) => thread.post({ ask, with: value }),
    terminate: () => thread.terminate(),
  };
}

function endOf() {
  let end: (failure?: { readonly error: unknown }) => void = () => undefined;
  const promise = new Promise<{ readonly error: unknown } | undefined>((resolve) => (end = resolve));
  return { promise, end: (failure?: { readonly error: unknown }) => end(failure) };
}

it('tells its service what it is told, in order, and ends when that ends, after its last word', async () => {
  const thread = started();
  const values = [1, 'two', new Map([['three', 3n]]), new Uint8Array([4])];
  for (const value of values) thread.ask('echo', value);
  thread.ask('end');
  expect(await thread.ended).toBeUndefined();
  expect(thread.messages).toEqual([...values, 'the last word']);
  // Nobody hears it.
  thread.ask('echo', 5);
  expect(thread.messages).toHaveLength(5);
});

it.each([
  ['what its service rejects with', 'reject', /it went wrong/],
  ['an exception that nobody catches', 'throw', /nobody catches this/],
  ['a heap that is full', 'fill the heap', /memory limit|heap/i],
] as const)('ends with %s, and the process goes on', async (_what, ask, message) => {
  const thread = started();
  thread.ask('echo', 'before');
  thread.ask(ask);
  const failure = await thread.ended;
  expect(String(failure?.error)).toMatch(message);
  expect(thread.messages).toEqual(['before']);
});

it('can be ended at any time, also while it loads its modules', async () => {
  for (let count = 0; count < 8; count++) {
    const thread = started();
    await sleep(count * 50);
    await thread.terminate();
    expect(await thread.ended).toHaveProperty('error');
  }
});

it('has connections that the main thread knows for its own', async () => {
  const origins: (boolean | undefined)[] = [];
  const accepted: { destroy(): void }[] = [];
  const listener = await nodeNetwork.listen({
    host: '127.0.0.1',
    port: 0,
    onConnection: (connection) => {
      origins.push(connection.isFromThisProcess);
      connection.start({ data: () => undefined, close: () => undefined });
      accepted.push(connection);
    },
  });
  const thread = started();
  for (let count = 0; count < 20; count++) thread.ask('open a connection', listener.address.port);
  await expect.poll(() => thread.messages.filter((text) => text === 'connected').length, PATIENT).toBe(20);
  await expect.poll(() => origins.length, PATIENT).toBe(20);
  expect(origins).toEqual(origins.map(() => true));
  for (const connection of accepted) connection.destroy();
  await expect.poll(() => thread.messages.filter((text) => text === 'closed').length, PATIENT).toBe(20);
  thread.ask('end');
  await thread.ended;
  await listener.close();
});
