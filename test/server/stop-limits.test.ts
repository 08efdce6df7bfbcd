import { expect, it } from 'vitest';
import {
  ANSWERS_STOP_MS_MAX,
  CLIENTS_STOP_MS_MAX,
  QUERIES_STOP_MS_MAX,
  STATEMENTS_STOP_MS_MAX,
  THREADS_STOP_MS_MAX,
} from '../../src/server/stop-limits.ts';

/** What whoever ends a process gives it: the broker beside it needs a part of that. */
const WHOLE_STOP_MS_MAX = 5_000;

it('leaves time for what else stops', () => {
  expect(STATEMENTS_STOP_MS_MAX + QUERIES_STOP_MS_MAX + CLIENTS_STOP_MS_MAX).toBeLessThan(WHOLE_STOP_MS_MAX);
});

it('has ended threads, and has been heard, before it is over', () => {
  expect(Math.max(THREADS_STOP_MS_MAX, ANSWERS_STOP_MS_MAX)).toBeLessThan(CLIENTS_STOP_MS_MAX);
});
