import { expect, it } from 'vitest';
import { LateAbort } from '../../src/base/late-signal.ts';

it('tells those who asked for its signal before, and those who ask afterwards', () => {
  const [before, after] = [new LateAbort(), new LateAbort()];
  const early = before.signal;
  expect([before.aborted, early.aborted]).toEqual([false, false]);
  for (const each of [before, after]) each.abort('gone');
  expect([before.aborted, early.aborted, early.reason]).toEqual([true, true, 'gone']);
  expect([after.aborted, after.signal.aborted, after.signal.reason]).toEqual([true, true, 'gone']);
  expect(before.signal).toBe(early);
});

it('has one reason, the first', () => {
  const abort = new LateAbort();
  abort.abort('first');
  abort.abort('second');
  expect(abort.signal.reason).toBe('first');
});
