import type { Environment } from '../../base/environment.ts';
import { messageOf, OperationalError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { Admin } from '../../client/index.ts';
import {
  type Change,
  type CompatibilityLevel,
  LANGUAGES,
  refusals,
  RegistryState,
  SchemaRegistry,
} from '../../registry/index.ts';
import { SchemasTopic } from './schemas-topic.ts';

interface RegistryServiceOptions {
  readonly environment: Environment;
  readonly bootstrapServers: string;
  readonly admin: Pick<Admin, 'listTopics' | 'createTopics'>;
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
  readonly #registry: SchemaRegistry;
  readonly #state = new RegistryState();
  #topic: Promise<SchemasTopic> | undefined;
  /** The change that is under way. */
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: RegistryServiceOptions) {
    this.#options = options;
    this.#registry = new SchemaRegistry(this.#state, { compatibilityLevel: options.compatibilityLevel });
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
    const topic = await this.#opened();
    const change = this.#last.then(async () => {
      await this.#stored(() => topic.catchUp());
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
    const topic = new SchemasTopic({ ...this.#options, apply: (record) => this.#state.apply(record) });
    try {
      await topic.open();
      return topic;
    } catch (error) {
      await topic.close();
      throw error;
    }
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
