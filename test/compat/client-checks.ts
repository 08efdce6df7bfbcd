import { expect } from 'vitest';
import type { Outcome } from './foreign-process.ts';

/**
 * What a program of a foreign client says of its checks: a line `ok NAME` or `not ok NAME: why` for each. All that were
 * to be made have to be there, and to be well.
 */
export function expectChecks(outcome: Outcome, names: readonly string[]): void {
  const lines = outcome.output.split('\n').filter((line) => /^(not )?ok /.test(line));
  expect(
    lines.filter((line) => line.startsWith('not ok')),
    outcome.output,
  ).toEqual([]);
  expect(lines, outcome.output).toEqual(names.map((name) => `ok ${name}`));
  expect(outcome.code).toBe(0);
}
