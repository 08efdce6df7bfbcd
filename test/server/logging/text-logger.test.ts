import { expect, it } from 'vitest';
import { OperationalError } from '../../../src/base/errors.ts';
import type { Logger } from '../../../src/base/logger.ts';
import type { LogLevel } from '../../../src/server/logging/log-level.ts';
import { textLogger } from '../../../src/server/logging/text-logger.ts';

/** What is written without the time of day, which stands before each line. */
function written(level: LogLevel, log: (logger: Logger) => void): string {
  const lines: string[] = [];
  log(textLogger(level, (line) => lines.push(line)));
  return lines.map((line) => line.replace(/^\d\d:\d\d:\d\d /, '')).join('');
}

it('says the level of what is more or less than information, and leaves out what is below its own', () => {
  const all = (logger: Logger): void => {
    for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level]('m');
  };
  expect(written('debug', all)).toBe('debug: m\nm\nwarning: m\nerror: m\n');
  expect(written('warn', all)).toBe('warning: m\nerror: m\n');
});

it('shows fields as they are, and quotes those whose end could not be seen', () => {
  const fields = {
    topic: 'a',
    offset: 2n ** 60n,
    empty: '',
    text: 'b c',
    list: [1, 'x'],
    big: { n: 1n },
    no: undefined,
  };
  expect(written('info', (logger) => logger.child({ broker: 1 }).info('m', fields))).toBe(
    'm (broker 1, topic a, offset 1152921504606846976, empty "", text "b c", list [1,"x"], big {"n":"1"})\n',
  );
});

it('tells an error by its message, and a bug by its stack', () => {
  const error = new OperationalError('FAILED', 'the disk is full', { retriable: true });
  expect(written('info', (logger) => logger.warn('m', { topic: 'a', error }))).toBe(
    'warning: m (topic a): the disk is full\n',
  );
  expect(written('info', (logger) => logger.warn('m', { error: 'text' }))).toBe('warning: m: text\n');
  const bug = written('info', (logger) => logger.error('m', { error: new TypeError('x is undefined') }));
  expect(bug).toMatch(/^error: m\n {2}TypeError: x is undefined\n {6}at .*text-logger\.test/);
});
