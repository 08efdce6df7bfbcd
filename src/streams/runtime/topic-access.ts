import type { Environment } from '../../base/environment.ts';
import { OperationalError } from '../../base/errors.ts';
import type { KafkaAdmin, NewTopic, TopicDescription, TopicListing } from '../../client/types.ts';
import { AFTER_MAX_MS } from './topic-plan.ts';

/** For so long a list of the topics is passed on to others that ask for one. */
const LISTING_MS_MAX = 2_000;

/** A topic as a list of all of them tells of it. */
export type ListedTopic = Pick<TopicListing, 'topicId' | 'partitionCount'>;

type Topics = ReadonlyMap<string, ListedTopic>;

/**
 * Topics as applications of one process ask for them: what several want to know or to have made at a time goes into one
 * request.
 */
export class TopicAccess {
  readonly #admin: Pick<KafkaAdmin, 'createTopics' | 'describeTopics' | 'listTopics'>;
  readonly #environment: Pick<Environment, 'clock' | 'timers'>;
  readonly #descriptions: Gathered<string, readonly TopicDescription[]>;
  readonly #creations: Gathered<NewTopic, ReadonlyMap<string, unknown>>;
  #listing: { readonly topics: Promise<Topics>; readonly atMs: number } | undefined;

  constructor(
    admin: Pick<KafkaAdmin, 'createTopics' | 'describeTopics' | 'listTopics'>,
    environment: Pick<Environment, 'clock' | 'timers'>,
  ) {
    this.#admin = admin;
    this.#environment = environment;
    this.#descriptions = new Gathered((names) =>
      admin.describeTopics([...new Set(names)], { existingOnly: true }),
    );
    this.#creations = new Gathered((topics) => this.#createAll(topics));
  }

  /** Those of the topics that exist. */
  async describe(names: readonly string[]): Promise<readonly TopicDescription[]> {
    const wanted = new Set(names);
    const described = await this.#descriptions.add(names);
    return described.filter(({ name }) => wanted.has(name));
  }

  /** Makes topics, those apart that another instance has made meanwhile. @throws what one of them is refused for. */
  async create(topics: readonly NewTopic[]): Promise<void> {
    if (topics.length === 0) return;
    const failures = await this.#creations.add(topics);
    for (const { name } of topics) if (failures.has(name)) throw failures.get(name);
  }

  /** All topics by their names, as they were a moment ago. */
  list(): Promise<Topics> {
    const nowMs = this.#environment.clock.monotonicMs();
    if (this.#listing !== undefined && nowMs - this.#listing.atMs < LISTING_MS_MAX)
      return this.#listing.topics;
    const topics = this.#admin
      .listTopics({ includeInternal: true })
      .then((listed) => new Map(listed.map((topic) => [topic.name, topic])));
    const listing = { topics, atMs: nowMs };
    this.#listing = listing;
    topics.catch(() => {
      if (this.#listing === listing) this.#listing = undefined;
    });
    return topics;
  }

  /** Answers why which of them could not be made. One request tells of several topics in one error: then each is tried. */
  async #createAll(topics: readonly NewTopic[]): Promise<ReadonlyMap<string, unknown>> {
    const failures = new Map<string, unknown>();
    if (topics.length > 1) {
      try {
        await this.#admin.createTopics(topics);
        return failures;
      } catch (error) {
        // A cluster that does not answer is not asked once more for each of them.
        if (error instanceof OperationalError && error.retriable) {
          return new Map(topics.map(({ name }) => [name, error]));
        }
      }
    }
    await Promise.all(
      topics.map((topic) => this.#create(topic).catch((error: unknown) => failures.set(topic.name, error))),
    );
    return failures;
  }

  /** Makes a topic, unless another instance was faster. */
  async #create(topic: NewTopic): Promise<void> {
    try {
      await this.#createForAnyVersion(topic);
    } catch (error) {
      if (!(error instanceof OperationalError && error.code === 'TOPIC_ALREADY_EXISTS')) throw error;
    }
  }

  /** Brokers before 3.6 do not know the limit that changelogs are freed of, and have none. */
  async #createForAnyVersion(topic: NewTopic): Promise<void> {
    try {
      await this.#admin.createTopics([topic]);
    } catch (error) {
      const { [AFTER_MAX_MS]: limit, ...configs } = topic.configs ?? {};
      const mayBeOld = error instanceof OperationalError && error.code === 'INVALID_CONFIG';
      if (!mayBeOld || limit === undefined) throw error;
      await this.#admin.createTopics([{ ...topic, configs }]);
    }
  }
}

/** Gathers what is asked for while a request is under way into the next one. */
class Gathered<T, R> {
  readonly #request: (items: readonly T[]) => Promise<R>;
  #running: Promise<unknown> = Promise.resolve();
  #next: { readonly items: T[]; readonly answer: Promise<R> } | undefined;

  constructor(request: (items: readonly T[]) => Promise<R>) {
    this.#request = request;
  }

  /** @returns what is answered to all that go into the request. */
  add(items: readonly T[]): Promise<R> {
    if (this.#next === undefined) {
      const gathered: T[] = [];
      const answer = this.#running.then(() => {
        this.#next = undefined;
        return this.#request(gathered);
      });
      this.#next = { items: gathered, answer };
      this.#running = answer.catch(() => undefined);
    }
    this.#next.items.push(...items);
    return this.#next.answer;
  }
}
