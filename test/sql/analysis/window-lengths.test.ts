import { expect, it } from 'vitest';
import { defaultGraceMs, windowSizeMs } from '../../../src/sql/analysis/window-lengths.ts';

const HOUR_MS = 3_600_000;

it('takes late rows for a day, the length of the window included, where no GRACE PERIOD is written', () => {
  expect(defaultGraceMs(HOUR_MS, { emitFinal: false })).toBe(23 * HOUR_MS);
  expect(defaultGraceMs(24 * HOUR_MS, { emitFinal: false })).toBe(0);
  expect(defaultGraceMs(48 * HOUR_MS, { emitFinal: false })).toBe(0);
  expect(defaultGraceMs(HOUR_MS, { emitFinal: true })).toBe(0);
});

it.each([
  ['1 MILLISECOND', 1],
  ['30 SECONDS', 30_000],
  [' 2  minutes ', 120_000],
  ['1 hour', HOUR_MS],
  ['10000000 DAYS', 864_000_000_000_000],
])('reads the WINDOW_SIZE %s', (text, ms) => {
  expect(windowSizeMs(text)).toBe(ms);
});
