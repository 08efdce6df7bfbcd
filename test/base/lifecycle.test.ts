import { expect, it } from 'vitest';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Lifecycle } from '../../src/base/lifecycle.ts';
import type { Logger } from '../../src/base/logger.ts';

const { timers } = nodeEnvironment;

function lifecycle(): { readonly life: Lifecycle; readonly log: string[] } {
  const log: string[] = [];
  const logger: Logger = {
    debug() {},
    info() {},
    error() {},
    warn: (text, fields) => void log.push(`${text}: ${String(fields?.['error'])}`),
    child: () => logger,
  };
  return { life: new Lifecycle('the test', { timers, logger }), log };
}

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

it('waits for a start that is under way, which is told, and begins no other', async () => {
  const { life, log } = lifecycle();
  const starting = life.start({
    name: 'a',
    open: async (signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      log.push('opened');
    },
    close: () => log.push('closed'),
  });
  await life.close();
  await starting;
  expect(log).toEqual(['opened', 'closed']);
  await expect(life.start({ name: 'b', open: () => log.push('no'), close() {} })).rejects.toMatchObject({
    code: 'CLOSED',
  });
  expect(log).toHaveLength(2);
});

it('fails as its start fails, and has nothing to close then', async () => {
  const { life, log } = lifecycle();
  const open = (): Promise<void> => Promise.reject(new Error('no folder'));
  await expect(life.start({ name: 'a', open, close: () => log.push('closed') })).rejects.toThrow('no folder');
  await life.close();
  expect(log).toEqual([]);
});

it('waits for no part longer than it may take', async () => {
  const { life, log } = lifecycle();
  life.add({ name: 'a', close: () => log.push('closes a') });
  life.add({ name: 'b', close: () => new Promise(() => undefined), closeMsMax: 5 });
  await life.close();
  expect(log).toEqual(['while closing b: it takes more than 5 ms, and goes on by itself', 'closes a']);
});
