import type { Environment } from '../../base/environment.ts';
import { messageOf, OperationalError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import {
  type Change,
  type CompatibilityLevel,
  LANGUAGES,
  refusals,
  RegistryState,
  SchemaRegistry,
} from '../../registry/index.ts';
import type { TopicAdmin } from './prepare-topic.ts';
import { SchemasTopic } from './schemas-topic.ts';

/** How often a topic may turn out to be another one while a change waits for it. */
const TRIES_MAX = 5;

interface RegistryServiceOptions {
  readonly environment: Environment;
  readonly bootstrapServers: string;
  readonly admin: TopicAdmin;
  readonly topic: string;
  readonly timeoutMs: number;
  readonly compatibilityLevel: CompatibilityLevel;
  readonly logger: Logger;
}

/**
 * The schema registry of a server. Nothing of it is opened, and no topic made, before somebody asks it something. What changes it is
 * decided one after the other, on all that was written before.
 */
export class RegistryService {
  readonly #options: RegistryServiceOptions;
  #registry: SchemaRegistry;
  #topic: Promise<SchemasTopic> | undefined;
  /** Topics that turned out to be others are closed beside all else. */
  readonly #closing = new Set<Promise<void>>();
  /** The change that is under way. */
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: RegistryServiceOptions) {
    this.#options = options;
    this.#registry = this.#registryOf(new RegistryState());
  }

  /** The languages that schemas may be written in. */
  get types(): readonly string[] {
    return Object.keys(LANGUAGES);
  }

  /** Answers from what has been applied here. @throws {RegistryRefusal} what the answer throws; 50001 while the topic cannot be read. */
  async read<T>(answer: (registry: SchemaRegistry) => T): Promise<T> {
    await this.#opened();
    return answer(this.#registry);
  }

  /**
   * Decides on a change and makes it.
   * @throws {RegistryRefusal} what the decision throws, before anything was written; 50001 where it cannot be written.
   */
  async change<T>(decide: (registry: SchemaRegistry) => Change<T>): Promise<T> {
    await this.#opened();
    const change = this.#last.then(async () => {
      const topic = await this.#caughtUp();
      const { records, answer } = decide(this.#registry);
      if (records.length > 0) await this.#stored(() => topic.append(records));
      return answer;
    });
    this.#last = change.catch(() => undefined);
    return change;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const topic = await this.#topic?.catch(() => undefined);
    await topic?.close();
    await Promise.all(this.#closing);
  }

  #opened(): Promise<SchemasTopic> {
    return this.#stored(() => {
      if (this.#isClosed) {
        throw new OperationalError('CLOSED', 'the schema registry is shutting down', { retriable: true });
      }
      // One that fails is tried again by whoever asks next.
      this.#topic ??= this.#open().catch((error: unknown) => {
        this.#topic = undefined;
        throw error;
      });
      return this.#topic;
    });
  }

  async #open(): Promise<SchemasTopic> {
    // Ids that were given before stand for their schemas in records, whatever has become of the topic.
    const state = new RegistryState(this.#registry.state.ids.idsMax);
    const topic: SchemasTopic = new SchemasTopic({
      ...this.#options,
      apply: (record) => state.apply(record),
      onLost: () => this.#forget(topic),
    });
    try {
      await topic.open();
      this.#registry = this.#registryOf(state);
      return topic;
    } catch (error) {
      await topic.close();
      throw error;
    }
  }

  /** The topic, when all has been applied that is in it; one that was lost is read again first. */
  async #caughtUp(): Promise<SchemasTopic> {
    for (let tries = 1; ; tries += 1) {
      const topic = await this.#opened();
      try {
        await topic.catchUp();
        return topic;
      } catch (error) {
        const isLost = error instanceof OperationalError && error.code === 'TOPIC_LOST';
        if (!isLost || tries === TRIES_MAX) return this.#stored(() => Promise.reject(error));
      }
    }
  }

  #forget(lost: SchemasTopic): void {
    this.#topic = undefined;
    const closing = lost.close().catch((error: unknown) => {
      this.#options.logger.warn('a topic of schemas was not closed', { error: messageOf(error) });
    });
    this.#closing.add(closing);
    void closing.then(() => this.#closing.delete(closing));
  }

  #registryOf(state: RegistryState): SchemaRegistry {
    return new SchemaRegistry(state, { compatibilityLevel: this.#options.compatibilityLevel });
  }

  /** What goes wrong with the cluster is told with Confluent's code. */
  async #stored<T>(step: () => T | Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error;
      this.#options.logger.warn('the schema registry cannot use its topic', { error: messageOf(error) });
      throw refusals.storeFailed(
        `Error while reading or writing the topic ${this.#options.topic}: ${error.message}`,
      );
    }
  }
}
