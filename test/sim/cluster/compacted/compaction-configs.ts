import type { SeededRandom } from '../../seeded-random.ts';

/** Settings of a topic that is compacted whenever there is something to compact, and forgets tombstones soon. */
export function compactionConfigs(random: SeededRandom): Readonly<Record<string, string>> {
  return {
    'cleanup.policy': 'compact',
    'min.cleanable.dirty.ratio': String(random.pick([0, 0.01, 0.3])),
    'delete.retention.ms': String(random.pick([0, 100, 2_000])),
    'min.compaction.lag.ms': String(random.pick([0, 0, 500])),
  };
}

/** Settings of brokers beside it: how often they look for something to compact, and how much of it they take at a time. */
export function drawCleaning(random: SeededRandom): Readonly<Record<string, number>> {
  return {
    'log.cleaner.backoff.ms': random.pick([100, 500, 2_000]),
    'log.cleaner.threads': random.pick([1, 1, 2]),
    'log.cleaner.dedupe.buffer.size': 2 ** 21,
    'log.cleaner.io.buffer.size': random.pick([2_048, 65_536]),
  };
}
