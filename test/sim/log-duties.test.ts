import { expect, it } from 'vitest';
import { LogDuties } from '../broker/log/log-duties.ts';
import { seedsOf, simulate } from './simulation.ts';

it('all duties of a log at their fastest exclude each other: every append succeeds, every read is right', async () => {
  const total = { append: 0, retention: 0, truncation: 0, recreation: 0, reopening: 0 };
  for (const seed of seedsOf(25)) {
    await simulate(seed, import.meta.url, async (simulation) => {
      const duties = new LogDuties({
        environment: simulation.host('a').environment,
        directory: '/data',
        steps: 150,
        random: simulation.random,
        pause: (ms) => simulation.runFor(ms),
        settle: (promise) => simulation.settle(promise),
        fileDeleteDelayMs: simulation.random.int(20),
      });
      await duties.run();
      for (const [duty, count] of Object.entries(duties.done)) total[duty as keyof typeof total] += count;
    });
  }
  for (const [duty, count] of Object.entries(total)) expect(count, duty).toBeGreaterThan(0);
});
