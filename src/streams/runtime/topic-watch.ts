import { messageOf, OperationalError } from '../../base/errors.ts';
import { FailureWatch } from '../../client/consumer/failure-watch.ts';
import type { KafkaConsumer } from '../../client/types.ts';
import type { StreamsAppSettings } from './streams-app-options.ts';
import type { ListedTopic, TopicAccess } from './topic-access.ts';

const INTERVAL_MS = 5_000;

export interface WatchedTopics {
  /** Topics that others write to, with the partitions that the tasks are planned for. */
  readonly sources: ReadonlyMap<string, number>;
  readonly internal: Iterable<string>;
  /** Called, more than once perhaps, when sources have more partitions than that. */
  readonly onPartitionsAdded?: (topics: readonly string[]) => void;
}

/**
 * Notices that a topic of the application, one that it reads or an internal one, was deleted, or deleted and made anew: a
 * consumer would wait for it without a word, or read another topic's offsets. Kafka Streams ends such an application too
 * (MissingSourceTopicException, MissingInternalTopicsException). Notices partitions that were added, for which there are no
 * tasks yet. And says which partitions cannot be read at present: for
 * those the application waits.
 */
export class TopicWatch {
  readonly #access: Pick<TopicAccess, 'list'>;
  readonly #settings: Pick<StreamsAppSettings, 'applicationId' | 'environment' | 'logger'>;
  readonly #sources: ReadonlyMap<string, number>;
  readonly #onPartitionsAdded: (topics: readonly string[]) => void;
  readonly #internal: ReadonlySet<string>;
  /** Ids of the topics as they were when they were first seen. */
  readonly #ids = new Map<string, string>();
  /** Topics that were in no listing so far. */
  readonly #missing = new Set<string>();
  readonly #failing: FailureWatch;
  #lastMs = Number.NEGATIVE_INFINITY;
  #isAsking = false;
  #failure: OperationalError | undefined;

  constructor(
    access: Pick<TopicAccess, 'list'>,
    settings: Pick<StreamsAppSettings, 'applicationId' | 'environment' | 'logger'>,
    topics: WatchedTopics,
    consumers: readonly KafkaConsumer[] = [],
  ) {
    this.#access = access;
    this.#settings = settings;
    this.#sources = topics.sources;
    this.#onPartitionsAdded = topics.onPartitionsAdded ?? (() => undefined);
    this.#internal = new Set(topics.internal);
    this.#failing = new FailureWatch(consumers, ({ error, forMs }) => {
      settings.logger.warn('a partition cannot be read at present, its task waits', { forMs, error });
    });
  }

  /**
   * Asks now and then, in the background.
   * @throws {OperationalError} `MISSING_SOURCE_TOPIC` or `MISSING_INTERNAL_TOPIC` once a topic is known to be gone.
   */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
    const now = this.#settings.environment.clock.monotonicMs();
    if (this.#isAsking || now - this.#lastMs < INTERVAL_MS) return;
    this.#lastMs = now;
    this.#failing.check();
    this.#isAsking = true;
    this.#access.list().then(
      (listed) => {
        this.#isAsking = false;
        this.#compare(listed);
        this.#findAdded(listed);
      },
      (error: unknown) => {
        // A cluster that does not answer just now says nothing about its topics.
        this.#isAsking = false;
        this.#settings.logger.debug('could not list topics', { error: messageOf(error) });
      },
    );
  }

  /** No topic of Kafka's loses partitions: a broker that tells of fewer has not heard of them yet. */
  #findAdded(listed: ReadonlyMap<string, ListedTopic>): void {
    if (this.#failure !== undefined) return;
    const added = [...this.#sources].filter(
      ([topic, planned]) => (listed.get(topic)?.partitionCount ?? 0) > planned,
    );
    if (added.length > 0) this.#onPartitionsAdded(added.map(([topic]) => topic));
  }

  #compare(listed: ReadonlyMap<string, ListedTopic>): void {
    for (const topic of [...this.#sources.keys(), ...this.#internal]) {
      const id = listed.get(topic)?.topicId;
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
      const { applicationId } = this.#settings;
      this.#failure = this.#sources.has(topic)
        ? gone('MISSING_SOURCE_TOPIC', `topic ${topic}, which ${applicationId} reads, ${what}`)
        : gone('MISSING_INTERNAL_TOPIC', `the internal topic ${topic} of ${applicationId} ${what}`);
      return;
    }
  }
}

function gone(code: string, message: string): OperationalError {
  return new OperationalError(code, message, { retriable: false });
}
