import { messageOf } from '../../base/errors.ts';
import type { KafkaAdmin, TopicPartition } from '../../client/types.ts';
import type { StreamsAppSettings } from './streams-app-options.ts';

/** Deletes the processed records of repartition topics now and then: nobody else reads them, and they never expire. */
export class RepartitionPurge {
  readonly #admin: Pick<KafkaAdmin, 'deleteRecords'>;
  readonly #settings: StreamsAppSettings;
  readonly #topics: ReadonlySet<string>;
  /** What has been committed since the last purge, by partition. */
  #processed = new Map<string, TopicPartition & { readonly offset: number }>();
  #lastMs: number;
  #running: Promise<void> | undefined;

  constructor(admin: Pick<KafkaAdmin, 'deleteRecords'>, settings: StreamsAppSettings) {
    this.#admin = admin;
    this.#settings = settings;
    const { applicationId, topology } = settings;
    this.#topics = new Set(
      [...topology.repartitionTopics.keys()].map((topic) => `${applicationId}-${topic}`),
    );
    this.#lastMs = settings.environment.clock.monotonicMs();
  }

  /** Given the offsets of a commit; returns at once, since deleting is not urgent. */
  run(committed: readonly (TopicPartition & { readonly offset: number })[]): void {
    for (const { topic, partition, offset } of committed) {
      if (this.#topics.has(topic)) this.#processed.set(`${topic}-${partition}`, { topic, partition, offset });
    }
    const now = this.#settings.environment.clock.monotonicMs();
    if (this.#running || now - this.#lastMs < this.#settings.repartitionPurgeIntervalMs) return;
    this.#lastMs = now;
    if (this.#processed.size === 0) return;
    const processed = [...this.#processed.values()];
    this.#processed = new Map();
    this.#running = this.#admin.deleteRecords(processed).then(
      () => {
        this.#running = undefined;
      },
      (error: unknown) => {
        this.#running = undefined;
        this.#settings.logger.warn('could not purge repartition topics', { error: messageOf(error) });
      },
    );
  }
}
