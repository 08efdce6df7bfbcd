import { expect, it } from 'vitest';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { type Logger, silentLogger } from '../../src/base/logger.ts';
import {
  CLIENTS_STOP_MS_MAX,
  QUERIES_STOP_MS_MAX,
  STATEMENTS_STOP_MS_MAX,
  stopWithin,
} from '../../src/server/stop-limits.ts';

/** What whoever ends a process gives it: the broker beside it needs a part of that. */
const WHOLE_STOP_MS_MAX = 5_000;

function partWith(limitMs: number, warnings: string[]) {
  const logger: Logger = { ...silentLogger, warn: (message) => warnings.push(message) };
  return { limitMs, what: () => 'the queries Q_1', timers: nodeEnvironment.timers, logger };
}

it('leaves time for what else stops', () => {
  expect(STATEMENTS_STOP_MS_MAX + QUERIES_STOP_MS_MAX + CLIENTS_STOP_MS_MAX).toBeLessThan(WHOLE_STOP_MS_MAX);
});

it('waits no longer than it may, and names what goes on', async () => {
  const warnings: string[] = [];
  await stopWithin(new Promise(() => {}), partWith(10, warnings));
  expect(warnings).toEqual(['stopping without waiting any longer for the queries Q_1']);
});

it('says nothing of what ends in time, and names what fails', async () => {
  const warnings: string[] = [];
  await stopWithin(Promise.resolve(), partWith(60_000, warnings));
  expect(warnings).toEqual([]);
  await stopWithin(Promise.reject(new Error('no')), partWith(60_000, warnings));
  expect(warnings).toEqual(['while stopping the queries Q_1']);
});
