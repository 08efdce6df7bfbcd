import { partitionKey } from '../topic-partitions.ts';
import type { KafkaConsumer, PartitionFailure } from '../types.ts';

/** A leader that is being elected, or a broker that restarts, is nothing to tell anybody. */
const PATIENCE_MS = 10_000;

/** Tells once of each partition that a consumer has waited for in vain, and again where the reason becomes another. */
export class FailureWatch {
  readonly #consumers: readonly Pick<KafkaConsumer, 'failing'>[];
  readonly #tell: (failure: PartitionFailure) => void;
  #told: ReadonlyMap<string, string> = new Map();

  constructor(
    consumers: readonly Pick<KafkaConsumer, 'failing'>[],
    tell: (failure: PartitionFailure) => void,
  ) {
    this.#consumers = consumers;
    this.#tell = tell;
  }

  check(): void {
    const failing = new Map<string, string>();
    for (const failure of this.#consumers.flatMap((consumer) => consumer.failing())) {
      if (failure.forMs < PATIENCE_MS) continue;
      const key = partitionKey(failure.topic, failure.partition);
      failing.set(key, failure.error.code);
      if (this.#told.get(key) !== failure.error.code) this.#tell(failure);
    }
    this.#told = failing;
  }
}
