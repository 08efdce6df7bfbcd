import { beforeEach, expect, it } from 'vitest';
import type { Threads } from '../../../src/base/environment.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import type { LogFields, Logger } from '../../../src/base/logger.ts';
import { ProcessingTurn } from '../../../src/streams/runtime/processing-turn.ts';
import { HostThread } from '../../../src/streams/threads/host-thread.ts';
import type { FromThread, ToThread } from '../../../src/streams/threads/messages.ts';
import type { Turn } from '../../../src/streams/threads/thread-watch.ts';
import { VirtualTime } from '../../broker/quorum/virtual-time.ts';

/** The thread that was started last, which a test speaks for: it answers nothing. */
interface Played {
  readonly turn: Turn;
  say(message: FromThread): void;
  end(): void;
}

let time: VirtualTime;
let played: Played[];
let suspects: string[];
let lines: (LogFields & { readonly message: string })[];
let thread: HostThread;

const log = (message: string, fields: LogFields = {}): void => void lines.push({ ...fields, message });
const logger: Logger = {
  ...{ debug: log, info: log, warn: log, error: log },
  child: () => logger,
};

const threads: Threads = {
  start: (_service, { onMessage, onEnd }) => {
    const end = (): void => onEnd({ error: new Error('nobody catches this') });
    return {
      post: (message) => {
        const command = message as ToThread;
        if (command.kind === 'open')
          played.push({ turn: command.turn, say: (said) => onMessage(said as never), end });
      },
      terminate: async () => end(),
    };
  },
};

beforeEach(() => {
  time = new VirtualTime();
  [played, suspects, lines] = [[], [], []];
  thread = new HostThread({
    ...{ number: 1, threads, logger, limits: {} },
    environment: { ...nodeEnvironment, clock: time, timers: time },
    shared: { bootstrapServers: '127.0.0.1:1', stateDir: 'none' },
  });
  thread.ensureRunning();
});

function joins(applicationId: string, { isStarting = false } = {}): number {
  return thread.join({
    ...{ applicationId, isStarting },
    take: () => undefined,
    lost: ({ isSuspect }) => {
      if (isSuspect) suspects.push(applicationId);
      thread.restart();
    },
    threadRestarted: () => undefined,
  });
}

/** Another thread takes the place of the one that has ended. */
async function inTheNext(): Promise<Played> {
  const { length } = played;
  for (let waits = 0; played.length === length && waits < 200; waits++) await time.run(100);
  return last();
}

function last(): Played {
  const one = played.at(-1);
  if (one === undefined) throw new Error('no thread was started');
  return one;
}

/** It says something for the first time, and then nothing for so long that it is held up. */
async function fallSilent(): Promise<void> {
  last().say({ kind: 'log', level: 'info', message: 'begins', fields: {}, errors: {} } as never);
  await time.run(25_000);
}

it('suspects the application whose code ran at two ends, and nobody where none ran', async () => {
  const [good, bad] = [joins('good'), joins('bad')];
  for (let ends = 0; ends < 4; ends++) {
    const turn = new ProcessingTurn(good, last().turn);
    turn.during(() => undefined);
    last().end();
    await inTheNext();
  }
  expect(suspects).toEqual([]);
  expect(lines.filter(({ message }) => message.includes('again and again'))).toMatchObject([
    { times: 3, processing: 'no record', applications: ['good', 'bad'] },
    { times: 4 },
  ]);
  for (const at of [1, 2]) {
    new ProcessingTurn(bad, last().turn).begin();
    last().end();
    expect(suspects).toEqual(at === 2 ? ['bad'] : []);
    await inTheNext();
  }
});

it('suspects nobody of an end that is meant', async () => {
  const good = joins('good');
  for (let ends = 0; ends < 3; ends++) {
    new ProcessingTurn(good, last().turn).begin();
    thread.terminate();
    await inTheNext();
  }
  expect(suspects).toEqual([]);
});

it('waits longer and longer where threads end soon after they were started', async () => {
  joins('one');
  const delays = (): unknown[] => lines.flatMap(({ delayMs }) => (delayMs === undefined ? [] : [delayMs]));
  for (let ends = 0; ends < 5; ends++) {
    await time.run(1_500);
    last().end();
    await inTheNext();
  }
  // A part of each is chance.
  for (const [at, delayMs] of delays().entries()) {
    expect(delayMs).toBeGreaterThanOrEqual(80 * 2 ** at);
    expect(delayMs).toBeLessThanOrEqual(100 * 2 ** at);
  }
  expect(delays()).toHaveLength(5);
});

it('says of an end that is meant that a thread has ended, and not that it ends again and again', async () => {
  joins('one');
  for (let ends = 0; ends < 3; ends++) {
    last().end();
    await inTheNext();
  }
  const told = (): number => lines.filter(({ message }) => message.includes('again and again')).length;
  expect(told()).toBe(1);
  thread.terminate();
  await inTheNext();
  expect(told()).toBe(1);
});

it('ends where the application holds it up that is being closed, and not where another one does', async () => {
  const [closing, other] = [joins('closing'), joins('other')];
  thread.endIfHeldUpBy(closing);
  new ProcessingTurn(other, last().turn).begin();
  await fallSilent();
  expect(thread.standstill).toContain('application other holds up');
  expect(thread.isRunning).toBe(true);
  thread.terminate();
  new ProcessingTurn(closing, (await inTheNext()).turn).begin();
  await fallSilent();
  expect(lines.filter(({ heldUpBy }) => heldUpBy === 'application closing').length).toBe(1);
  expect(thread.standstill).toBeUndefined();
});

it('names nobody who only had the turn last, but whoever is being started', async () => {
  const good = joins('good');
  joins('new', { isStarting: true });
  new ProcessingTurn(good, last().turn).during(() => undefined);
  await fallSilent();
  expect(thread.standstill).toContain(
    'something that is no record (application new is being started) holds up',
  );
});
