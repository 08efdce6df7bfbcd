import { describe, expect, it } from 'vitest';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Lifecycle } from '../../src/base/lifecycle.ts';
import type { Logger } from '../../src/base/logger.ts';

const { timers } = nodeEnvironment;

function lifecycle(onCloseFailure: 'log' | 'throw' = 'log') {
  const log: string[] = [];
  const logger: Logger = {
    debug() {},
    info() {},
    error() {},
    warn: (text, fields) => void log.push(`${text}: ${String(fields?.['error'] ?? fields?.['waitedMs'])}`),
    child: () => logger,
  };
  return { life: new Lifecycle('the test', { timers, logger, onCloseFailure }), log };
}

/** A promise, and how it is settled. */
function held() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}

const CLOSED = { code: 'CLOSED', message: 'the test is being closed' };

describe('closing', () => {
  it('closes what was started in reverse, whatever one of them fails with, and once', async () => {
    const { life, log } = lifecycle();
    for (const name of ['a', 'b', 'c']) {
      await life.start({
        name,
        open: () => name,
        close: async (opened) => {
          log.push(`closes ${opened}`);
          await timers.sleep(1);
          if (opened === 'b') throw new Error('stuck');
        },
      });
    }
    life.add({ name: 'd', close: () => log.push('closes d') });
    await Promise.all([life.close(), life.close()]);
    expect(log).toEqual(['closes d', 'closes c', 'closes b', 'while closing b: stuck', 'closes a']);
  });

  it('closes the parts of a stage side by side, those too that were added to it later', async () => {
    const { life, log } = lifecycle();
    const others = [held(), held()];
    const clients = life.stage();
    life.add({ name: 'last', close: () => log.push('last') });
    for (const [index, { promise }] of others.entries()) {
      clients.add({
        name: `client ${index}`,
        close: () => {
          log.push(`client ${index}`);
          return promise;
        },
      });
    }
    await clients.start({ name: 'started', open: () => 'started', close: (opened) => log.push(opened) });
    const closing = life.close();
    await expect.poll(() => log).toEqual(['last', 'client 0', 'client 1', 'started']);
    for (const { resolve } of others) resolve();
    await closing;
  });

  it('waits for no part longer than it may take, and names what goes on', async () => {
    const { life, log } = lifecycle();
    life.add({ name: 'a', close: () => log.push('closes a') });
    const slow = life.stage({ closeMsMax: 5 });
    let left = 'nothing';
    slow.add({ name: () => `the queries ${left}`, close: () => new Promise(() => undefined) });
    slow.add({ name: 'another one', close: () => undefined });
    left = 'Q_1';
    await life.close();
    expect(log).toEqual(['stopping without waiting any longer for the queries Q_1: 5', 'closes a']);
  });

  it('tells whoever has begun it the first failure, when all is closed, and logs the others', async () => {
    const { life, log } = lifecycle('throw');
    for (const name of ['a', 'b', 'c']) {
      life.add({
        name,
        close: () => {
          log.push(`closes ${name}`);
          if (name !== 'c') throw new Error(`${name} is stuck`);
        },
      });
    }
    const [first, second] = await Promise.allSettled([life.close(), life.close()]);
    expect(first).toMatchObject({ status: 'rejected', reason: { message: 'b is stuck' } });
    expect(second).toEqual({ status: 'fulfilled', value: undefined });
    expect(log).toEqual(['closes c', 'closes b', 'closes a', 'while closing a: a is stuck']);
  });

  it('is one closing where who is told of it closes it, too', async () => {
    const { life, log } = lifecycle();
    life.add({ name: 'a', close: () => log.push('closes a') });
    const closed: Promise<void>[] = [];
    life.signal.addEventListener('abort', () => {
      log.push(`is closing: ${life.isClosing}`);
      closed.push(life.close());
    });
    await life.close();
    await Promise.all(closed);
    expect(log).toEqual(['is closing: true', 'closes a']);
  });

  it('takes nothing more when it has begun', async () => {
    const { life, log } = lifecycle();
    const stage = life.stage();
    await life.close();
    expect(life.isClosing).toBe(true);
    const part = { name: 'b', close: () => log.push('closed') };
    expect(() => life.add(part)).toThrow(CLOSED.message);
    expect(() => stage.add(part)).toThrow(CLOSED.message);
    expect(() => life.stage()).toThrow(CLOSED.message);
    const open = (): number => log.push('opened');
    await expect(life.start({ ...part, open })).rejects.toMatchObject(CLOSED);
    await expect(stage.start({ ...part, open })).rejects.toMatchObject(CLOSED);
    await expect(life.step(open)).rejects.toMatchObject(CLOSED);
    expect(log).toEqual([]);
  });
});

describe('a start', () => {
  it('that is under way is told, is waited for, and goes no further', async () => {
    const { life, log } = lifecycle();
    const starting = life.start({
      name: 'a',
      open: async (signal) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        log.push('opened');
      },
      close: () => log.push('closed'),
    });
    const told = expect(starting).rejects.toMatchObject(CLOSED);
    await life.close();
    await told;
    expect(log).toEqual(['opened', 'closed']);
  });

  it('fails as its open fails, and has nothing to close then', async () => {
    const { life, log } = lifecycle();
    const open = (): Promise<void> => Promise.reject(new Error('no folder'));
    await expect(life.start({ name: 'a', open, close: () => log.push('closed') })).rejects.toThrow(
      'no folder',
    );
    await life.close();
    expect(log).toEqual([]);
  });

  /** Opens `count` parts, one after the other, and does something while it opens one of them. */
  async function open(
    { life, log }: ReturnType<typeof lifecycle>,
    options: {
      readonly count: number;
      readonly at: number;
      readonly act: () => unknown;
      readonly inTurn?: boolean;
    },
  ): Promise<string> {
    const { count, at, act, inTurn = false } = options;
    for (let index = 0; index < count; index++) {
      await life.start({
        name: `part ${index}`,
        open: async () => {
          if (!inTurn) await timers.sleep(0);
          if (index === at) await act();
          log.push(`+${index}`);
        },
        close: () => log.push(`-${index}`),
      });
    }
    return 'started';
  }

  it('is undone where it fails, and rejects with what it failed with', async () => {
    for (let at = 0; at < 3; at++) {
      const tested = lifecycle();
      const act = (): never => {
        throw new Error('no port');
      };
      await expect(tested.life.begin(() => open(tested, { count: 3, at, act }))).rejects.toThrow('no port');
      const opened = Array.from({ length: at }, (_, index) => index);
      expect(tested.log).toEqual([
        ...opened.map((index) => `+${index}`),
        ...opened.toReversed().map((index) => `-${index}`),
      ]);
    }
  });

  it.each([
    ['its signal', false],
    ['its signal', true],
    ['a close', false],
    ['a close', true],
  ])('is undone at whichever step %s ends it, within its first turn: %s', async (by, inTurn) => {
    for (let at = 0; at < 3; at++) {
      const tested = lifecycle();
      const stop = new AbortController();
      const act = (): void => {
        if (by === 'its signal') stop.abort(new Error('enough'));
        else void tested.life.close(new Error('enough'));
      };
      const starting = tested.life.begin(() => open(tested, { count: 3, at, act, inTurn }), stop.signal);
      await expect(starting).rejects.toThrow('enough');
      const opened = Array.from({ length: at + 1 }, (_, index) => index);
      expect(tested.log).toEqual([
        ...opened.map((index) => `+${index}`),
        ...opened.toReversed().map((index) => `-${index}`),
      ]);
    }
  });

  it('that has come to its end is not undone by its signal', async () => {
    const tested = lifecycle();
    const stop = new AbortController();
    const act = (): undefined => undefined;
    const starting = tested.life.begin(() => open(tested, { count: 2, at: -1, act }), stop.signal);
    expect(await starting).toBe('started');
    stop.abort();
    expect(tested.life.isClosing).toBe(false);
    await tested.life.close();
    expect(tested.log).toEqual(['+0', '+1', '-1', '-0']);
  });

  it('does not begin where its signal is aborted before', async () => {
    const { life, log } = lifecycle();
    const begin = life.begin(
      () => Promise.resolve(log.push('begun')),
      AbortSignal.abort(new Error('before')),
    );
    await expect(begin).rejects.toThrow('before');
    expect(log).toEqual([]);
  });

  it('rejects where closing begins after its last step', async () => {
    const { life } = lifecycle();
    const starting = life.begin(async () => {
      await life.step(() => undefined);
      void life.close(new Error('stopped'));
      return 'begun';
    });
    await expect(starting).rejects.toThrow('stopped');
  });

  it('rejects with what it failed with also where it cannot be undone, which is logged', async () => {
    const { life, log } = lifecycle('throw');
    const starting = life.begin(async () => {
      life.add({ name: 'a', close: () => Promise.reject(new Error('stuck')) });
      await life.step(() => Promise.reject(new Error('no port')));
    });
    await expect(starting).rejects.toThrow('no port');
    expect(log).toEqual(['a start that failed could not be undone: Error: stuck']);
  });

  it('rejects with why it was ended, and logs what it failed with by itself', async () => {
    const { life, log } = lifecycle();
    const stop = new AbortController();
    const writing = held();
    const starting = life.begin(
      () =>
        life.step(async () => {
          await writing.promise;
          throw new Error('disk broken');
        }),
      stop.signal,
    );
    stop.abort(new Error('stopped'));
    writing.resolve();
    await expect(starting).rejects.toThrow('stopped');
    expect(log).toEqual(['a step failed while the test was being closed: disk broken']);
  });
});

it('what a part fails with after its time is logged', async () => {
  const { life, log } = lifecycle();
  let fail: (error: Error) => void = () => undefined;
  const closing = new Promise<void>((_resolve, reject) => (fail = reject));
  life.add({ name: 'the slow one', closeMsMax: 1, close: () => closing });
  await life.close();
  fail(new Error('broken at last'));
  await timers.sleep(1);
  expect(log).toEqual([
    'stopping without waiting any longer for the slow one: 1',
    'while closing the slow one: broken at last',
  ]);
});
