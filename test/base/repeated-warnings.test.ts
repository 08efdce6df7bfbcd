import { expect, it } from 'vitest';
import { RepeatedWarnings } from '../../src/base/repeated-warnings.ts';
import { silentLogger } from '../../src/base/logger.ts';

it('writes the first of a kind at once, and those of the minute after it as one line with their count', () => {
  let nowMs = 1_000;
  const due: { atMs: number; callback: () => void }[] = [];
  const lines: unknown[] = [];
  const warnings = new RepeatedWarnings(
    { ...silentLogger, warn: (message, fields) => lines.push([message, fields]) },
    {
      clock: { monotonicMs: () => nowMs },
      timers: {
        after(delayMs, callback) {
          const timer = { atMs: nowMs + delayMs, callback };
          due.push(timer);
          return { cancel: () => void due.splice(due.indexOf(timer) >>> 0, 1) };
        },
      },
    },
  );
  const late = (offset: number): void => warnings.warn('late', 'records are dropped', () => ({ offset }));
  const advance = (ms: number): void => {
    nowMs += ms;
    for (const { callback } of due.splice(0).filter(({ atMs }) => atMs <= nowMs)) callback();
  };
  late(0);
  for (let offset = 1; offset <= 1000; offset++) late(offset);
  warnings.warn('unreadable', 'records are dropped', () => ({ offset: 5 }));
  expect(lines).toEqual([
    ['records are dropped', { kind: 'late', offset: 0 }],
    ['records are dropped', { kind: 'unreadable', offset: 5 }],
  ]);
  advance(60_000);
  expect(lines.splice(0)).toContainEqual(['records are dropped', { kind: 'late', count: 1000 }]);
  late(1001);
  expect(lines).toEqual([]);
  warnings.flush();
  expect(lines.splice(0)).toEqual([['records are dropped', { kind: 'late', count: 1 }]]);
  expect(due).toEqual([]);
  warnings.flush();
  expect(lines).toEqual([]);
  advance(60_000);
  late(1002);
  expect(lines).toEqual([['records are dropped', { kind: 'late', offset: 1002 }]]);
});
