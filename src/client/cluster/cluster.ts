import type { Address, Environment, Timer } from '../../base/environment.ts';
import { messageOf, OperationalError } from '../../base/errors.ts';
import { BrokerChannel, type Call } from '../connection/broker-channel.ts';
import { Backoff } from '../connection/backoff.ts';
import type { ClientSettings } from '../config/settings.ts';
import { closed, isRetriable, isStorageError, isTelling, kafkaError, timedOut } from '../kafka-error.ts';
import { ErrorCode, errorOf } from '../../protocol/error-codes.ts';
import { metadata } from '../../protocol/messages/03-metadata.ts';
import { type IdleTopics, TrackedTopics } from './tracked-topics.ts';
import { MetadataCache, type TopicMetadata } from './metadata-cache.ts';
import { within } from './within.ts';

/**
 * Requests of different purposes do not share a connection: a broker answers in order, so that a fetch that waits for
 * data, or a join that waits for a rebalance, would hold up everything behind it.
 */
export type Purpose = 'default' | 'fetch' | 'group' | 'join';

interface ClusterOptions {
  readonly settings: ClientSettings;
  /** Whether asking for metadata of a missing topic may create it; or of which topics it may. */
  readonly allowAutoTopicCreation: boolean | ((topic: string) => boolean);
}

/** The client's view of a cluster: finds it, keeps its metadata fresh, and brings requests to the right broker. */
export class Cluster {
  readonly metadata = new MetadataCache();
  readonly environment: Environment;
  readonly settings: ClientSettings;
  readonly #allowAutoTopicCreation: boolean | ((topic: string) => boolean);
  readonly #backoff: Backoff;
  readonly #channels = new Map<string, BrokerChannel>();
  readonly #bootstrap: readonly BrokerChannel[];
  readonly #tracked: TrackedTopics;
  readonly #listeners = new Set<() => void>();
  #refreshing: Promise<void> | undefined;
  /** A refresh that begins when the running one is over, for topics that it does not ask for. */
  #refreshNext: Promise<void> | undefined;
  #refreshTimer: Timer | undefined;
  #refreshTimerAtMs = 0;
  #refreshFailures = 0;
  /** Refreshes in a row after which a topic was still missing. */
  #missing = 0;
  #lastAttemptMs = Number.NEGATIVE_INFINITY;
  #idleTimer: Timer | undefined;
  #known = false;
  #outage: OperationalError | undefined;
  #closed = false;
  readonly #closing = new AbortController();

  constructor({ settings, allowAutoTopicCreation }: ClusterOptions) {
    this.settings = settings;
    this.environment = settings.environment;
    this.#tracked = new TrackedTopics(settings.environment.clock);
    this.#allowAutoTopicCreation = allowAutoTopicCreation;
    this.#backoff = new Backoff(this.environment.random, {
      firstMs: settings.retryBackoffMs,
      lastMs: settings.retryBackoffMsMax,
    });
    this.#bootstrap = settings.bootstrapServers.map((address) => new BrokerChannel(settings, address));
  }

  /** True once the cluster has answered. */
  get known(): boolean {
    return this.#known;
  }

  /** Why no broker answered the last time when any would have done; undefined when one did. */
  get outage(): OperationalError | undefined {
    return this.#outage;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Tells of each refresh of the metadata; answers how to stop that. */
  onUpdate(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  // -------------------------------------------------------------------------------------------------- metadata

  /** Wants metadata of these topics besides those tracked already; true if that is news. */
  track(topics: Iterable<string>): boolean {
    return this.#tracked.add(topics);
  }

  /** Wants metadata of exactly these topics, or of all (null). */
  trackOnly(topics: Iterable<string> | null): void {
    this.#tracked.set(topics);
  }

  /** Lets topics go that nobody wants any more; see {@link track}. */
  untrackIdle(idleTopics: IdleTopics): void {
    this.#tracked.idleTopics = idleTopics;
  }

  /**
   * Fetches metadata now. One request runs at a time: a call during one waits for the next.
   * @throws {OperationalError} `CLUSTER_UNREACHABLE` if no broker answers.
   */
  refresh(): Promise<void> {
    if (this.#refreshing === undefined) {
      this.#refreshing = this.#fetchMetadata().finally(() => {
        this.#refreshing = undefined;
      });
      return this.#refreshing;
    }
    this.#refreshNext ??= this.#refreshing
      .catch(() => {})
      .then(() => {
        this.#refreshNext = undefined;
        return this.refresh();
      });
    return this.#refreshNext;
  }

  /** Fetches metadata in the background, after the pause that is due since the last attempt. */
  refreshSoon(): void {
    if (this.#refreshing !== undefined) return;
    const dueMs = this.#lastAttemptMs + this.#backoff.delayMs(Math.max(1, this.#refreshFailures));
    this.#scheduleRefresh(Math.max(0, dueMs - this.#nowMs()));
  }

  /**
   * A topic's metadata, fetched if need be, with at least one partition.
   * @throws {OperationalError} `UNKNOWN_TOPIC_OR_PARTITION` and others, when it is not there at the end of the time.
   */
  async topic(name: string, timeoutMs: number): Promise<TopicMetadata> {
    const before = this.metadata.topic(name);
    if (before !== undefined && before.partitions.length > 0) return before;
    this.track([name]);
    return this.retry(`metadata of ${name}`, timeoutMs, async () => {
      await this.refresh();
      const topic = this.metadata.topic(name);
      if (topic === undefined || topic.errorCode !== ErrorCode.NONE || topic.partitions.length === 0) {
        throw kafkaError(topic?.errorCode || ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `topic ${name}`);
      }
      return topic;
    });
  }

  // -------------------------------------------------------------------------------------------------- requests

  /** The line to a node; undefined for a node that the metadata does not know. */
  channel(nodeId: number, purpose: Purpose): BrokerChannel | undefined {
    const node = this.metadata.node(nodeId);
    if (node === undefined) return undefined;
    const key = `${nodeId}/${purpose}`;
    let channel = this.#channels.get(key);
    if (channel !== undefined && (channel.address.host !== node.host || channel.address.port !== node.port)) {
      channel.close();
      channel = undefined;
    }
    if (channel === undefined) {
      channel = new BrokerChannel(this.settings, { host: node.host, port: node.port });
      this.#channels.set(key, channel);
      this.#watchIdle();
    }
    return channel;
  }

  /** Sends a request to a node. */
  async send<In, Out>(nodeId: number, purpose: Purpose, call: Call<In, Out>): Promise<Out> {
    if (this.#closed) throw closed('client');
    const channel = this.channel(nodeId, purpose);
    if (channel === undefined) {
      this.refreshSoon();
      throw new OperationalError('BROKER_NOT_AVAILABLE', `broker ${nodeId} is not known`, {
        retriable: true,
      });
    }
    try {
      return await channel.send(call);
    } catch (error) {
      if (this.#closed) throw closed('client');
      if (isRetriable(error)) this.refreshSoon();
      throw this.#explain(error, nodeId, channel);
    }
  }

  /**
   * Sends a request to whichever broker answers: one that is connected, else another known one, else a bootstrap
   * server, so that a client also finds a cluster again whose brokers have all moved (KIP-899).
   * @param signal whose abortion ends it: nothing is sent any more.
   * @throws {OperationalError} `CLUSTER_UNREACHABLE` with what each of them answered.
   */
  async sendToAny<In, Out>(call: Call<In, Out>, signal?: AbortSignal): Promise<Out> {
    const failures: string[] = [];
    for (const channel of this.#candidates()) {
      if (this.#closed) throw closed('client');
      signal?.throwIfAborted();
      try {
        const answer = await channel.send(call);
        this.#outage = undefined;
        return answer;
      } catch (error) {
        if (this.#closed) throw closed('client');
        if (!isRetriable(error)) throw error;
        const failure = messageOf(error);
        if (!failures.includes(failure)) failures.push(failure);
      }
    }
    if (this.#closed) throw closed('client');
    this.#outage = this.#unreachable(failures);
    throw this.#outage;
  }

  /**
   * Tries until it succeeds, fails for good, or the time is up; then rejects with the last failure.
   * @param what names the attempt in the error of a time that ran out.
   * @param attempt What changes something has to heed the signal, which is aborted when its time is up: sent after its
   * caller was told that it failed, and has tried again with success, it would undo what came after.
   */
  async retry<T>(
    what: string,
    timeoutMs: number,
    attempt: (remainingMs: number, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const deadlineMs = this.#nowMs() + timeoutMs;
    let last: unknown;
    for (let failures = 1; ; failures++) {
      if (this.#closed) throw closed('client');
      let overdue: Error | undefined;
      const ending = new AbortController();
      try {
        const remainingMs = Math.max(1, Math.ceil(deadlineMs - this.#nowMs()));
        return await this.within(remainingMs, attempt(remainingMs, ending.signal), () => {
          // Whether the time ends in an attempt or between two, what is wrong is told in the same words.
          overdue = this.#outage ?? timedOut(what, timeoutMs, last);
          ending.abort(overdue);
          return overdue;
        });
      } catch (error) {
        if (!isRetriable(error) || error === overdue) throw error;
        // A broker whose disk is full may then say that it is not the controller any more, which is the lesser news.
        if (!isStorageError(last)) last = error;
        const pauseMs = this.#backoff.delayMs(failures);
        if (this.#nowMs() + pauseMs >= deadlineMs) {
          throw isTelling(error) ? error : timedOut(what, timeoutMs, last);
        }
        await this.sleep(pauseMs);
      }
    }
  }

  /** {@link within}, by this client's timers. */
  within<T>(timeoutMs: number, promise: Promise<T>, late: () => Error): Promise<T> {
    return within(this.environment.timers, { timeoutMs, promise, late });
  }

  /** Waits; rejects with `CLOSED` when the client is closed meanwhile. */
  sleep(ms: number): Promise<void> {
    return this.environment.timers.sleep(Math.ceil(ms), this.#closing.signal);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#closing.abort(closed('client'));
    this.#refreshTimer?.cancel();
    this.#idleTimer?.cancel();
    this.#listeners.clear();
    for (const channel of this.#channels.values()) channel.close();
    for (const channel of this.#bootstrap) channel.close();
    await this.#refreshing?.catch(() => {});
  }

  async #fetchMetadata(): Promise<void> {
    if (this.#closed) throw closed('client');
    this.#refreshTimer?.cancel();
    this.#refreshTimer = undefined;
    this.#lastAttemptMs = this.#nowMs();
    for (const name of this.#tracked.takeIdle()) this.metadata.forget(name);
    const { names } = this.#tracked;
    try {
      await this.#askFor(names, this.#allowAutoTopicCreation === true);
      // One request may create all of its topics or none: those that may be are asked for by themselves.
      const missing = names?.filter((name) => this.#mayCreateMissing(name)) ?? [];
      if (missing.length > 0) await this.#askFor(missing, true);
    } catch (error) {
      this.#refreshFailures++;
      throw error;
    }
    this.#known = true;
    this.#refreshFailures = 0;
    this.#dropGoneNodes();
    this.#scheduleRefresh(this.settings.metadataAgeMsMax);
    // A topic that is being created, or elects a leader, is looked for again, ever more slowly.
    this.#missing = this.#hasMissing() ? this.#missing + 1 : 0;
    if (this.#missing > 0) this.#scheduleRefresh(this.#backoff.delayMs(this.#missing));
    for (const listener of Array.from(this.#listeners)) listener();
  }

  async #askFor(names: readonly string[] | null, allowAutoTopicCreation: boolean): Promise<void> {
    const topics = names?.map((name) => ({ name })) ?? null;
    const response = await this.sendToAny({ api: metadata, body: { topics, allowAutoTopicCreation } });
    if (response.errorCode !== ErrorCode.NONE) throw kafkaError(response.errorCode, 'metadata');
    this.metadata.update(response, { all: names === null });
  }

  #mayCreateMissing(name: string): boolean {
    const allows = this.#allowAutoTopicCreation;
    if (typeof allows !== 'function' || !allows(name)) return false;
    return this.metadata.topic(name)?.errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  }

  #hasMissing(): boolean {
    for (const name of this.#tracked.names ?? []) {
      const topic = this.metadata.topic(name);
      if (topic === undefined || (topic.errorCode !== ErrorCode.NONE && errorOf(topic.errorCode).retriable))
        return true;
      if (topic.partitions.some(({ leader }) => leader < 0)) return true;
    }
    return false;
  }

  #scheduleRefresh(delayMs: number): void {
    if (this.#closed) return;
    const atMs = this.#nowMs() + delayMs;
    if (this.#refreshTimer !== undefined && this.#refreshTimerAtMs <= atMs) return;
    this.#refreshTimer?.cancel();
    this.#refreshTimerAtMs = atMs;
    this.#refreshTimer = this.environment.timers.after(Math.ceil(delayMs), () => {
      this.#refreshTimer = undefined;
      // A failure shows in whatever waits for the metadata; here the next attempt is what matters.
      this.refresh().catch(() => this.refreshSoon());
    });
  }

  /** Connected ones first, those that failed just now last. */
  #candidates(): readonly BrokerChannel[] {
    const known: BrokerChannel[] = [];
    for (const { id } of this.metadata.nodes) {
      const channel = this.channel(id, 'default');
      if (channel !== undefined) known.push(channel);
    }
    const rank = (channel: BrokerChannel): number => {
      if (channel.ready !== undefined) return channel.ready.connection.inFlight;
      return channel.backingOff ? 1e9 : 1e6;
    };
    const shuffled = [...known, ...this.#bootstrap].map((channel) => ({
      channel,
      rank: rank(channel),
      order: this.#bootstrap.includes(channel)
        ? 1 + this.environment.random.float()
        : this.environment.random.float(),
    }));
    return shuffled.toSorted((a, b) => a.rank - b.rank || a.order - b.order).map(({ channel }) => channel);
  }

  #dropGoneNodes(): void {
    for (const [key, channel] of this.#channels) {
      if (this.metadata.node(Number.parseInt(key, 10)) !== undefined) continue;
      channel.close();
      this.#channels.delete(key);
    }
    // Bootstrap connections have done their work.
    for (const channel of this.#bootstrap) channel.closeIdle(this.settings.retryBackoffMsMax);
  }

  #watchIdle(): void {
    const idleMsMax = this.settings.connectionsIdleMsMax;
    if (this.#idleTimer !== undefined || idleMsMax < 0 || this.#closed) return;
    this.#idleTimer = this.environment.timers.every(Math.max(1_000, idleMsMax / 4), () => {
      for (const channel of this.#channels.values()) channel.closeIdle(idleMsMax);
      for (const channel of this.#bootstrap) channel.closeIdle(idleMsMax);
    });
  }

  /** A bootstrap server answered, but the address that a broker advertises does not: say what is most likely wrong. */
  #explain(error: unknown, nodeId: number, channel: BrokerChannel): unknown {
    if (!(error instanceof OperationalError) || !CONNECT_CODES.has(error.code)) return error;
    const { host, port } = channel.address;
    return new OperationalError(
      error.code,
      `${error.message}; broker ${nodeId} advertises ${host}:${port}, check its advertised.listeners if that is wrong`,
      { retriable: error.retriable, cause: error },
    );
  }

  #unreachable(failures: readonly string[]): OperationalError {
    const servers = this.settings.bootstrapServers.map(show).join(', ');
    return new OperationalError(
      'CLUSTER_UNREACHABLE',
      `no answer from the Kafka cluster at ${servers} (${failures.join('; ')}): ` +
        'is a broker running there, or is it at max.connections, and is bootstrap.servers right?',
      { retriable: true },
    );
  }

  #nowMs(): number {
    return this.environment.clock.monotonicMs();
  }
}

const CONNECT_CODES = new Set(['CONNECTION_REFUSED', 'HOST_NOT_FOUND', 'TIMED_OUT', 'NETWORK_ERROR']);

function show({ host, port }: Address): string {
  return `${host}:${port}`;
}
