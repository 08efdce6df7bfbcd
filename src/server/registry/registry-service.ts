import type { Environment } from '../../base/environment.ts';
import { messageOf, OperationalError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import {
  type Change,
  type CompatibilityLevel,
  type Decision,
  decideTogether,
  LANGUAGES,
  type Outcome,
  refusals,
  type RegistryExchange,
  RegistryRefusal,
  RegistryState,
  SchemaRegistry,
} from '../../registry/index.ts';
import type { RegistryIdentity } from './leader/identity.ts';
import { type Leader, RegistryGroup } from './leader/registry-group.ts';
import type { TopicAdmin } from './prepare-topic.ts';
import { SchemasTopic } from './schemas-topic.ts';

/** How often a topic may turn out to be another one, or another server be faster, while changes wait. */
const TRIES_MAX = 8;
const BACKOFF_MS = 10;
/** Changes that are decided in one step keep the event loop no longer. */
const DECIDING_MS_MAX = 10;
/** Records that are written at a time. */
const RECORDS_MAX = 1_000;
/** Between two looks for another leader. */
const LEADER_PAUSE_MS = 100;
/** Nothing was written. */
const AGAIN = new Set(['TOPIC_LOST', 'PRODUCER_FENCED']);
const TOO_LARGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

interface RegistryServiceOptions {
  readonly environment: Environment;
  readonly bootstrapServers: string;
  readonly admin: TopicAdmin;
  readonly topic: string;
  readonly timeoutMs: number;
  readonly compatibilityLevel: CompatibilityLevel;
  readonly logger: Logger;
  /** How other servers of the group are asked. */
  readonly exchange: RegistryExchange;
  /** `schema.registry.group.id`, and what is said there. */
  readonly group: Pick<
    ConstructorParameters<typeof RegistryGroup>[0],
    'groupId' | 'heartbeatIntervalMs' | 'sessionTimeoutMs'
  >;
}

/** A change that was asked for. */
interface WaitingChange {
  readonly decide: Decision<unknown>;
  /** Called when the change is in the topic. */
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The schema registry of a server. Nothing of it is opened, and no topic made, before somebody asks it something. What changes it is
 * decided one after the other, on all that was written before; those that wait meanwhile are decided and written together.
 */
export class RegistryService {
  readonly #options: RegistryServiceOptions;
  #registry: SchemaRegistry;
  #topic: Promise<SchemasTopic> | undefined;
  /** Topics that turned out to be others are closed beside all else. */
  readonly #closing = new Set<Promise<void>>();
  readonly #waiting: WaitingChange[] = [];
  /** Carrying out what waits. */
  #work: Promise<void> | undefined;
  /** While it can be answered from at once. */
  #isReadable = false;
  /** Where other servers of the group find this one; undefined while it has no port. */
  #identity: RegistryIdentity | undefined;
  /** Joined when something is first to be written. */
  #group: RegistryGroup | undefined;
  #joining: Promise<RegistryGroup> | undefined;
  #isClosed = false;

  constructor(options: RegistryServiceOptions) {
    this.#options = options;
    this.#registry = this.#registryOf(new RegistryState());
  }

  /** The languages that schemas may be written in. */
  get types(): readonly string[] {
    return Object.keys(LANGUAGES);
  }

  /** Says where this server is reached. Before, it writes whatever others do. */
  advertise(identity: RegistryIdentity): void {
    this.#identity = identity;
  }

  /** Whether this server writes, as far as is known now. */
  get isLeader(): boolean {
    return this.#group?.isLeader === true;
  }

  /** Who writes. @throws {RegistryRefusal} 50004 where nobody is known; 50001 while the cluster does not answer. */
  async leader(): Promise<Leader> {
    const identity = this.#identity;
    if (identity === undefined) return 'this server';
    return this.#stored(async () => {
      try {
        const group = await this.#joined(identity);
        return await group.leader(this.#options.timeoutMs);
      } catch (error) {
        if (!(error instanceof OperationalError) || error.code !== 'NO_LEADER') throw error;
        throw refusals.unknownLeader(error.message);
      }
    });
  }

  /**
   * Has a change made by the server that leads. One that takes no connection has made nothing, and its process has ended: then the group
   * goes on without it, and the next one is asked, until the time is over.
   * @param send sends it to the server at a URL.
   * @returns undefined where this server leads by now.
   * @throws {RegistryRefusal} 50003 where it does not answer, 50004 where nobody leads.
   */
  async forward<T>(send: (url: string) => Promise<T>): Promise<T | undefined> {
    const { timeoutMs, environment } = this.#options;
    const { clock, timers } = environment;
    const deadlineMs = clock.monotonicMs() + timeoutMs;
    for (;;) {
      const leader = await this.leader();
      if (leader === 'this server') return undefined;
      try {
        const answer = await send(leader.url);
        await this.#catchUp();
        return answer;
      } catch (error) {
        if (error instanceof RegistryRefusal) throw error;
        if (!isRefusedConnection(error) || clock.monotonicMs() >= deadlineMs) {
          throw refusals.forwardingFailed(leader.url, messageOf(error));
        }
        await this.#group?.miss(leader);
        await timers.sleep(LEADER_PAUSE_MS);
      }
    }
  }

  /** How other servers of the group are asked. */
  get exchange(): RegistryExchange {
    return this.#options.exchange;
  }

  /** Reads what others have written by now; what cannot be read at this moment comes later. */
  async #catchUp(): Promise<void> {
    const topic = await this.#opened();
    await topic.catchUp().catch(() => undefined);
  }

  /**
   * Answers from what has been applied here; at once where it is known.
   * @throws {RegistryRefusal} what the answer throws; 50001 while the topic cannot be read.
   */
  read<T>(answer: (registry: SchemaRegistry) => T): T | Promise<T> {
    if (this.#isReadable && !this.#isClosed) return answer(this.#registry);
    return this.#opened().then(() => answer(this.#registry));
  }

  /**
   * Decides on a change and makes it.
   * @throws {RegistryRefusal} what the decision throws, before anything was written; 50001 where it cannot be written.
   */
  async change<T>(decide: Decision<T>): Promise<T> {
    await this.#opened();
    return new Promise<T>((resolve, reject) => {
      let decided: Change<T> | undefined;
      this.#waiting.push({
        // The last decision counts: it may have to be taken again.
        decide: (registry) => (decided = decide(registry)),
        resolve: () => (decided === undefined ? reject(new Error('not decided')) : resolve(decided.answer)),
        reject,
      });
      this.#work ??= this.#carryOut();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const topic = await this.#topic?.catch(() => undefined);
    await topic?.close();
    await this.#work;
    await this.#group?.close();
    await Promise.all(this.#closing);
  }

  #joined(identity: RegistryIdentity): Promise<RegistryGroup> {
    if (this.#isClosed) throw shuttingDown();
    this.#joining ??= this.#join(identity).catch((error: unknown) => {
      this.#joining = undefined;
      throw error;
    });
    return this.#joining;
  }

  async #join(identity: RegistryIdentity): Promise<RegistryGroup> {
    const { environment, bootstrapServers, logger, timeoutMs } = this.#options;
    const group = new RegistryGroup({
      environment,
      bootstrapServers,
      logger,
      identity,
      ...this.#options.group,
    });
    this.#group = group;
    try {
      await group.start(timeoutMs);
      return group;
    } catch (error) {
      this.#group = undefined;
      await group.close();
      throw error;
    }
  }

  #opened(): Promise<SchemasTopic> {
    return this.#stored(() => {
      if (this.#isClosed) throw shuttingDown();
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
      this.#isReadable = true;
      return topic;
    } catch (error) {
      await topic.close();
      throw error;
    }
  }

  async #carryOut(): Promise<void> {
    while (this.#waiting.length > 0) {
      const changes = this.#waiting.splice(0);
      const left = await this.#together(changes).catch((error: unknown) => {
        for (const { reject } of changes) reject(error);
        return [];
      });
      this.#waiting.unshift(...left);
    }
    this.#work = undefined;
  }

  /**
   * Decides on changes and writes them, as many as go together, in their order.
   * @returns the others.
   */
  async #together(changes: readonly WaitingChange[]): Promise<readonly WaitingChange[]> {
    let outcomes: readonly Outcome<unknown>[] = [];
    try {
      outcomes = await this.#stored(() => this.#written(changes.map(({ decide }) => decide)));
    } catch (error) {
      // What is too large is so alone, too: the others are not to fail with it.
      const isTooLarge =
        error instanceof RegistryRefusal &&
        error.cause instanceof OperationalError &&
        TOO_LARGE.has(error.cause.code);
      if (!isTooLarge || changes.length === 1) throw error;
      for (const change of changes) await this.#together([change]).catch(change.reject);
      return [];
    }
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.isRefused) changes[index]?.reject(outcome.refusal);
      else changes[index]?.resolve();
    }
    return changes.slice(outcomes.length);
  }

  async #written(decisions: readonly Decision<unknown>[]): Promise<readonly Outcome<unknown>[]> {
    const { timers, random, clock } = this.#options.environment;
    for (let tries = 1; ; tries += 1) {
      const topic = await this.#opened();
      try {
        await topic.own();
        const beganAtMs = clock.monotonicMs();
        const outcomes = decideTogether(
          this.#registry,
          decisions,
          (records) => records.length >= RECORDS_MAX || clock.monotonicMs() - beganAtMs > DECIDING_MS_MAX,
        );
        const records = outcomes.flatMap((outcome) => (outcome.isRefused ? [] : outcome.change.records));
        if (records.length > 0) await topic.append(records);
        // A write tells that nobody else has written; without one it has to be asked.
        else if (tries < TRIES_MAX && !(await topic.isCurrent())) {
          await topic.catchUp();
          continue;
        }
        return outcomes;
      } catch (error) {
        const isAgain = error instanceof OperationalError && AGAIN.has(error.code);
        if (!isAgain || tries === TRIES_MAX) throw error;
        // Two servers that want to write at a time are not to be in step.
        await timers.sleep(Math.ceil(random.float() * BACKOFF_MS * 2 ** tries));
      }
    }
  }

  #forget(lost: SchemasTopic): void {
    this.#topic = undefined;
    this.#isReadable = false;
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
      throw storeFailed(error, this.#options.topic);
    }
  }
}

function storeFailed(cause: OperationalError, topic: string): RegistryRefusal {
  const refusal = refusals.storeFailed(`Error while reading or writing the topic ${topic}: ${cause.message}`);
  refusal.cause = cause;
  return refusal;
}

function shuttingDown(): OperationalError {
  return new OperationalError('CLOSED', 'the schema registry is shutting down', { retriable: true });
}

/** Whether nobody has taken the request. */
function isRefusedConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && error.code === 'ECONNREFUSED') || isRefusedConnection(error.cause);
}
