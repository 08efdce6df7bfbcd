import { beforeEach, expect, it } from 'vitest';
import type { Threads, ThreadService } from '../../../src/base/environment.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { type LogFields, silentLogger } from '../../../src/base/logger.ts';
import type { FromService, ToService } from '../../../src/streams/threads/service-messages.ts';
import { SupervisedThread, type ThreadEnd } from '../../../src/streams/threads/supervised-thread.ts';
import type { Turn } from '../../../src/streams/threads/thread-watch.ts';
import { settle, VirtualTime } from '../../broker/quorum/virtual-time.ts';

type Command = { readonly kind: 'open' };
type Call = { readonly kind: 'double' | 'halve'; readonly of: number };
type Event = { readonly kind: 'said'; readonly text: string };
type Answers = { readonly double: number; readonly halve: number };

const LIMIT_MS = 1_000;

/** A thread that a test speaks for. */
interface Played {
  readonly told: ToService<Command, Call>[];
  say(message: FromService<Event>): void;
  end(error?: unknown): void;
  isTerminated: boolean;
}

let time: VirtualTime;
let played: Played[];
/** Where each thread writes whose turn it is. */
let turns: Turn[];
let ends: ThreadEnd[];
let isReplaced: boolean;
let restarts: number;
let warned: (LogFields & { readonly message: string })[];
let said: string[];
let thread: SupervisedThread<Command, Call, Answers, Event>;

const service: ThreadService<ToService<Command, Call>, FromService<Event>> = {
  module: 'played',
  serve: () => Promise.resolve(),
};

const threads: Threads = {
  start: (_service, { onMessage, onEnd }) => {
    const one: Played = {
      told: [],
      say: (message) => onMessage(message as never),
      end: (error) => onEnd(error === undefined ? undefined : { error }),
      isTerminated: false,
    };
    played.push(one);
    return {
      post: (message) => void one.told.push(message as never),
      terminate: async () => {
        if (one.isTerminated) return;
        one.isTerminated = true;
        one.end(new Error('terminated'));
      },
    };
  },
};

beforeEach(() => {
  time = new VirtualTime();
  turns = [];
  isReplaced = true;
  [played, ends, restarts, warned, said] = [[], [], 0, [], []];
  thread = new SupervisedThread<Command, Call, Answers, Event>({
    ...{ service, threads },
    logger: { ...silentLogger, warn: (message, fields) => void warned.push({ ...fields, message }) },
    environment: { clock: time, timers: time, random: nodeEnvironment.random },
    backoff: { initialMs: 100, maxMs: 15_000 },
    opening: (turn) => {
      turns.push(turn);
      return { kind: 'open' };
    },
    onEvent: ({ text }) => said.push(text),
    onEnded: (end) => {
      ends.push(end);
      if (isReplaced) thread.restart();
    },
    onRestarted: () => restarts++,
    tenants: {
      thread: 'the thread',
      kind: 'queries',
      count: () => 3,
      nameOf: (turn) => (turn === -1 ? 'something' : `query ${turn}`),
      remedy: (turn) => (turn === -1 ? 'End it' : `End ${turn}`),
    },
  });
});

/** The thread that was started last. */
function last(): Played {
  const one = played.at(-1);
  if (one === undefined) throw new Error('no thread was started');
  return one;
}

/** The number of the last call of a kind. */
function numberOf(kind: string): number {
  const call = last().told.findLast((message) => 'call' in message && message.call.kind === kind);
  if (call === undefined || !('id' in call)) throw new Error(`${kind} was not called`);
  return call.id;
}

it('asks a thread, once there is one, and hears what it tells', async () => {
  await expect(thread.call({ kind: 'double', of: 2 })).rejects.toMatchObject({ code: 'STREAM_THREAD_ENDED' });
  thread.ensureRunning();
  thread.ensureRunning();
  expect(played).toHaveLength(1);
  const doubled = thread.call({ kind: 'double', of: 2 });
  last().say({ kind: 'said', text: 'hello' });
  last().say({ kind: 'answer', id: numberOf('double'), output: 4 });
  expect(await doubled).toBe(4);
  expect(said).toEqual(['hello']);
  expect(last().told.map(({ kind }) => kind)).toEqual(['open', 'call']);
});

it('starts another one in the place of one that has ended, after a while, or at once where that is asked for', async () => {
  thread.ensureRunning();
  const doubled = thread.call({ kind: 'double', of: 2 });
  last().end(new Error('its heap is full'));
  await expect(doubled).rejects.toThrow('the stream thread has ended: its heap is full');
  expect(ends).toMatchObject([{ turn: -1, cause: { message: 'its heap is full' } }]);
  expect(thread.isRunning).toBe(false);
  await time.run(200);
  expect([played.length, restarts]).toEqual([2, 1]);
  last().end(new Error('again'));
  thread.ensureRunning();
  expect([played.length, restarts]).toEqual([3, 2]);
  await time.run(60_000);
  expect(played).toHaveLength(3);
});

it('holds back what is said to a thread until something is done, but for what comes before it', async () => {
  thread.ensureRunning();
  let done: () => void = () => undefined;
  thread.hold({ until: new Promise((resolve) => (done = resolve)), except: new Set(['halve']) });
  thread.post({ kind: 'open' });
  const doubled = thread.call({ kind: 'double', of: 2 });
  const halved = thread.call({ kind: 'halve', of: 2 });
  expect(last().told.map(({ kind }) => kind)).toEqual(['open', 'call']);
  last().say({ kind: 'answer', id: numberOf('halve'), output: 1 });
  expect(await halved).toBe(1);
  done();
  await settle();
  expect(last().told.map(({ kind }) => kind)).toEqual(['open', 'call', 'open', 'call']);
  last().say({ kind: 'answer', id: numberOf('double'), output: 4 });
  expect(await doubled).toBe(4);
});

it('tells the next thread nothing of what was held back from the one that has ended', async () => {
  thread.ensureRunning();
  let done: () => void = () => undefined;
  thread.hold({ until: new Promise((resolve) => (done = resolve)), except: new Set() });
  const doubled = expect(thread.call({ kind: 'double', of: 2 })).rejects.toThrow('has ended');
  last().end(new Error('its heap is full'));
  await doubled;
  thread.ensureRunning();
  const halved = thread.call({ kind: 'halve', of: 2 });
  done();
  await settle();
  expect(last().told.flatMap((message) => ('call' in message ? [message.call.kind] : []))).toEqual(['halve']);
  last().say({ kind: 'answer', id: numberOf('halve'), output: 1 });
  expect(await halved).toBe(1);
});

it('keeps no timer for the next thread once it is closed', async () => {
  const waiting = new Set<object>();
  const after = time.after.bind(time);
  time.after = (delayMs, callback) => {
    const token = {};
    waiting.add(token);
    const timer = after(delayMs, () => {
      waiting.delete(token);
      callback();
    });
    return {
      cancel: () => {
        waiting.delete(token);
        timer.cancel();
      },
    };
  };
  thread.ensureRunning();
  last().end(new Error('its heap is full'));
  expect(waiting.size).toBe(1);
  await thread.close();
  expect(waiting.size).toBe(0);
});

it('leaves it at the end of a thread where nobody asks for another one', async () => {
  isReplaced = false;
  thread.ensureRunning();
  last().end(new Error('its heap is full'));
  await time.run(60_000);
  expect(played).toHaveLength(1);
});

it('sees that a thread does not answer, though it has never answered before', async () => {
  thread.ensureRunning();
  await time.run(60_000);
  // It may still load its modules.
  expect(thread.silentMs).toBe(0);
  last().say({ kind: 'said', text: 'a record comes' });
  await time.run(6_000);
  expect(thread.silentMs).toBeGreaterThan(15_000);
  const standstill = expect.stringMatching(
    /^the thread has not answered for \d+ s: something holds up the 3 queries on it\. End it$/,
  );
  expect(thread.silence.standstill).toEqual(standstill);
  expect(warned[0]).toMatchObject({
    message: 'a stream thread does not answer: all its queries wait. End it',
    ...{ thread: 'the thread', heldUpBy: 'something', queries: 3 },
  });
  thread.terminate();
  await settle();
  expect(thread.silentMs).toBe(0);
  expect(thread.silence.standstill).toBeUndefined();
  expect(ends).toHaveLength(1);
});

/** Has the thread begin, give a tenant its turn, and say nothing from then on. */
async function fallSilent(turn: number, forMs: number): Promise<void> {
  last().say({ kind: 'said', text: 'a record comes' });
  turns.at(-1)?.fill(turn);
  await time.run(forMs);
}

it('refuses who asks a thread that does not answer, and who has asked before', async () => {
  thread.ensureRunning();
  const before = expect(thread.ask({ kind: 'double', of: 2 })).rejects.toMatchObject({
    code: 'STREAM_THREAD_SILENT',
    message: expect.stringMatching(/query 7 holds up the 3 queries on it\. End 7$/),
  });
  const done = thread.call({ kind: 'double', of: 3 });
  const unwaited = expect(thread.silence.awaited(done)).rejects.toMatchObject({
    code: 'STREAM_THREAD_SILENT',
  });
  await fallSilent(7, 30_000);
  await Promise.all([before, unwaited]);
  await expect(thread.ask({ kind: 'double', of: 2 })).rejects.toMatchObject({ code: 'STREAM_THREAD_SILENT' });
  // What has to be done is done when the record comes to its end after all.
  last().say({ kind: 'answer', id: numberOf('double'), output: 6 });
  expect(await done).toBe(6);
});

it('ends a thread that a tenant holds up that is to end, and one that another holds up in its time', async () => {
  thread.ensureRunning();
  await fallSilent(7, 30_000);
  expect(last().isTerminated).toBe(false);
  thread.silence.ending(7);
  expect(last().isTerminated).toBe(true);
  thread.silence.ended(7);

  thread.ensureRunning();
  thread.silence.ending(8, { waitMs: 40_000 });
  thread.silence.ending(9);
  await fallSilent(7, 35_000);
  expect(thread.silence.standstill).toContain('query 7');
  expect(last().isTerminated).toBe(false);
  thread.silence.ended(8);
  await time.run(30_000);
  expect(last().isTerminated).toBe(false);
  thread.silence.ending(8, { waitMs: 0 });
  expect(last().isTerminated).toBe(true);
});

it('ends a thread that does not close in time, and starts none after it', async () => {
  thread.ensureRunning();
  const closed = thread.close({ timeoutMs: LIMIT_MS });
  await time.run(LIMIT_MS - 1);
  expect(last().isTerminated).toBe(false);
  await time.run(2);
  expect(last().isTerminated).toBe(true);
  await closed;
  await time.run(60_000);
  thread.ensureRunning();
  expect(played).toHaveLength(1);
  expect(ends).toEqual([]);
});
