import { expect, it } from 'vitest';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { OperationalError } from '../../../src/base/errors.ts';
import { ReplacementPauses } from '../../../src/streams/runtime/replacement-pauses.ts';

function pausesAt(clock: { nowMs: number }): ReplacementPauses {
  return new ReplacementPauses({
    ...nodeEnvironment,
    clock: { nowMs: () => clock.nowMs, monotonicMs: () => clock.nowMs },
    random: { ...nodeEnvironment.random, float: () => 0 },
  });
}

it('has no pause at first, then longer ones, and none again when a loop has processed for a while', () => {
  const clock = { nowMs: 0 };
  const pauses = pausesAt(clock);
  const failAfter = (ranMs: number, error: unknown = new Error('bad')): number => {
    // Joining the group takes long, and is no sign that all is well.
    clock.nowMs += 60_000;
    pauses.running();
    pauses.running();
    clock.nowMs += ranMs;
    return pauses.pauseAfter(error, { hasStarted: true });
  };
  expect([50, 50, 5_000, 50].map((ranMs) => failAfter(ranMs))).toEqual([0, 100, 200, 400]);
  // It may go away by itself, but not without a pause.
  const away = new OperationalError('CLUSTER_UNREACHABLE', 'away', { retriable: true });
  expect([failAfter(50, away), failAfter(50, away)]).toEqual([800, 800]);
  expect(Array.from({ length: 6 }, () => failAfter(50))).toEqual([800, 1600, 3200, 6400, 10_000, 10_000]);
  expect([failAfter(10_001), failAfter(10_001, away), failAfter(50, away)]).toEqual([0, 0, 100]);
});

it('takes a loop that ends before it has its tasks for one that has not processed', () => {
  const clock = { nowMs: 0 };
  const pauses = pausesAt(clock);
  const fail = (): number => {
    clock.nowMs += 60_000;
    return pauses.pauseAfter(new Error('bad'), { hasStarted: true });
  };
  expect([fail(), fail(), fail()]).toEqual([0, 100, 200]);
});

it('ends its pause when the application is closed', async () => {
  const pauses = pausesAt({ nowMs: 0 });
  const waiting = pauses.wait(1_000_000_000);
  pauses.end();
  await waiting;
  await pauses.wait(1_000_000_000);
});
