import { afterEach, expect, it } from 'vitest';
import { StallWatch } from '../../../broker/server/stall-watch.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { incrementalAlterConfigs } from '../../../src/protocol/messages/44-incremental-alter-configs.ts';
import { TestBrokers } from '../running-broker.ts';

const { clock } = nodeEnvironment;
const brokers = new TestBrokers();
afterEach(() => brokers.close());

function hold(ms: number): void {
  const endMs = clock.monotonicMs() + ms;
  while (clock.monotonicMs() < endMs);
}

it('names the longest piece of work, and tells what it does not know of from what it does', async () => {
  const loopDelay = nodeEnvironment.watchLoop?.();
  const watch = new StallWatch({
    clock,
    logger: silentLogger,
    ...(loopDelay === undefined ? {} : { loopDelay }),
  });
  watch.run('short', () => {});
  watch.run('long', () => hold(60));
  watch.run('longer', () => hold(120));
  watch.run('middle', () => hold(30));
  const { longest } = watch;
  expect(longest.cause).toBe('longer');
  expect(longest.ms).toBeGreaterThanOrEqual(120);
  expect(watch.stallsTotal).toBeGreaterThanOrEqual(3);
  watch.reset();
  // The loop's own clock needs some turns before and after.
  await new Promise((resolve) => setTimeout(resolve, 50));
  hold(400);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(watch.longest).toMatchObject({ cause: 'other work of this process' });
  watch.close();
});

it('finds none where nothing has time to pass, as in a simulation', () => {
  const watch = new StallWatch({ clock: { nowMs: () => 0, monotonicMs: () => 0 }, logger: silentLogger });
  watch.run('work', () => hold(30));
  expect(watch.longest).toEqual({ ms: 0, cause: 'none' });
});

it('notes requests by the name of their API', async () => {
  let isHeld = false;
  const environment = {
    ...nodeEnvironment,
    // The clock jumps while a request is looked at.
    clock: { ...clock, monotonicMs: () => clock.monotonicMs() + (isHeld ? (jumped += 500) : jumped) },
  };
  let jumped = 0;
  const broker = await brokers.start({}, { environment });
  isHeld = true;
  await brokers.to(broker).send(incrementalAlterConfigs, 1, { resources: [], validateOnly: false });
  isHeld = false;
  expect(broker.metrics.stalls.longest.cause).toBe('IncrementalAlterConfigs');
});
