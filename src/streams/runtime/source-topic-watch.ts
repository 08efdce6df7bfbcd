import { messageOf, OperationalError } from '../../base/errors.ts';
import type { KafkaAdmin } from '../../client/types.ts';
import type { StreamsAppSettings } from './streams-app-options.ts';

const INTERVAL_MS = 5_000;

/**
 * Notices that a topic which the application reads was deleted, or deleted and made anew: a consumer would wait for it
 * without a word, or read another topic's offsets. Kafka Streams ends such an application too (MissingSourceTopic).
 */
export class SourceTopicWatch {
  readonly #admin: KafkaAdmin;
  readonly #settings: StreamsAppSettings;
  readonly #topics: ReadonlySet<string>;
  /** Ids of the topics as they were when they were first seen. */
  readonly #ids = new Map<string, string>();
  /** Topics that were in no listing so far. */
  readonly #missing = new Set<string>();
  #lastMs = Number.NEGATIVE_INFINITY;
  #isAsking = false;
  #failure: OperationalError | undefined;

  constructor(admin: KafkaAdmin, settings: StreamsAppSettings, topics: ReadonlySet<string>) {
    this.#admin = admin;
    this.#settings = settings;
    this.#topics = topics;
  }

  /**
   * Asks now and then, in the background.
   * @throws {OperationalError} `MISSING_SOURCE_TOPIC` once a topic is known to be gone.
   */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
    const now = this.#settings.environment.clock.monotonicMs();
    if (this.#isAsking || now - this.#lastMs < INTERVAL_MS) return;
    this.#lastMs = now;
    this.#isAsking = true;
    this.#admin.listTopics({ includeInternal: true }).then(
      (listed) => {
        this.#isAsking = false;
        this.#compare(new Map(listed.map(({ name, topicId }) => [name, topicId])));
      },
      (error: unknown) => {
        // A cluster that does not answer just now says nothing about its topics.
        this.#isAsking = false;
        this.#settings.logger.debug('could not list topics', { error: messageOf(error) });
      },
    );
  }

  #compare(ids: ReadonlyMap<string, string>): void {
    for (const topic of this.#topics) {
      const id = ids.get(topic);
      const known = this.#ids.get(topic) ?? id;
      if (id !== undefined && id === known) {
        this.#ids.set(topic, id);
        this.#missing.delete(topic);
        continue;
      }
      if (known === undefined && !this.#missing.has(topic)) {
        // The broker that was asked may not have heard yet of a topic that is new.
        this.#missing.add(topic);
        continue;
      }
      const what = id === undefined ? 'does not exist any more' : 'was deleted and made anew';
      this.#failure = new OperationalError(
        'MISSING_SOURCE_TOPIC',
        `topic ${topic}, which ${this.#settings.applicationId} reads, ${what}`,
        { retriable: false },
      );
      return;
    }
  }
}
