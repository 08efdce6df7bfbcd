import { partitionKey } from '../topic-partitions.ts';
import type { KafkaConsumer, PartitionFailure } from '../types.ts';

/** A leader that is being elected, or a broker that restarts, is nothing to tell anybody. */
const PATIENCE_MS = 10_000;

/** How long nothing is said about what was told and goes on. */
const SILENCE_MS = 300_000;

/**
 * Tells of each partition that a consumer has waited for in vain: once, again where the reason becomes another, and again now
 * and then while it lasts.
 */
export class FailureWatch {
  readonly #consumers: readonly Pick<KafkaConsumer, 'failing'>[];
  readonly #tell: (failure: PartitionFailure) => void;
  #told: ReadonlyMap<string, PartitionFailure> = new Map();

  constructor(
    consumers: readonly Pick<KafkaConsumer, 'failing'>[],
    tell: (failure: PartitionFailure) => void,
  ) {
    this.#consumers = consumers;
    this.#tell = tell;
  }

  check(): void {
    const failing = new Map<string, PartitionFailure>();
    for (const failure of this.#consumers.flatMap((consumer) => consumer.failing())) {
      if (failure.forMs < PATIENCE_MS) continue;
      const key = partitionKey(failure.topic, failure.partition);
      const told = this.#told.get(key);
      const isKnown = told?.error.code === failure.error.code && failure.forMs - told.forMs < SILENCE_MS;
      failing.set(key, isKnown ? told : failure);
      if (!isKnown) this.#tell(failure);
    }
    this.#told = failing;
  }
}
