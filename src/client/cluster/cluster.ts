import { setMaxListeners } from 'node:events';
import type { Environment, Timer } from '../../base/environment.ts';
import { OperationalError } from '../../base/errors.ts';
import type { LoopTurns } from '../../base/loop-turns.ts';
import type { SharedIntervals } from '../../base/shared-intervals.ts';
import { unlessAborted } from '../../base/unless-aborted.ts';
import type { BrokerChannel, Call, CallSender } from '../connection/broker-channel.ts';
import { Backoff } from '../connection/backoff.ts';
import type { ClientSettings } from '../config/settings.ts';
import { closed, isRetriable, isStorageError, isTelling, kafkaError, timedOut } from '../kafka-error.ts';
import { ErrorCode, errorOf } from '../../protocol/error-codes.ts';
import { BrokerChannels, LANES_OF_ONE, type Purpose } from './broker-channels.ts';
import { ClusterLink, type LinkUser } from './cluster-link.ts';
import { type IdleTopics, TrackedTopics } from './tracked-topics.ts';
import type { MetadataCache, TopicMetadata } from './metadata-cache.ts';
import type { SharedConnections } from './shared-connections.ts';
import { within } from './within.ts';

interface ClusterOptions {
  readonly settings: ClientSettings;
  /** Whether asking for metadata of a missing topic may create it; or of which topics it may. */
  readonly allowAutoTopicCreation: boolean | ((topic: string) => boolean);
  /** What it shares with other clients; it has its own where there is none. */
  readonly connections?: SharedConnections | undefined;
  /** What requests are for that any broker may answer. */
  readonly purpose?: 'default' | 'admin';
}

/** One client's view of a cluster: finds it, keeps its metadata fresh, and brings requests to the right broker. */
export class Cluster implements LinkUser {
  readonly metadata: MetadataCache;
  readonly environment: Environment;
  readonly settings: ClientSettings;
  readonly #allowAutoTopicCreation: boolean | ((topic: string) => boolean);
  readonly #purpose: Purpose;
  readonly #backoff: Backoff;
  readonly #link: ClusterLink;
  /** Its fetches go over connections of its own: a broker that has nothing new holds them back. */
  readonly #own: BrokerChannels | undefined;
  readonly #tracked: TrackedTopics;
  readonly #listeners = new Set<() => void>();
  #refreshing: Promise<void> | undefined;
  /** A refresh that begins when the running one is over, for topics that it does not ask for. */
  #refreshNext: Promise<void> | undefined;
  #refreshTimer: Timer | undefined;
  #refreshTimerAtMs = 0;
  #refreshFailures = 0;
  #missingTimer: Timer | undefined;
  /** Looks in a row after which a topic was still missing. */
  #missing = 0;
  #lastAttemptMs = Number.NEGATIVE_INFINITY;
  #known = false;
  #closed = false;
  readonly #closing = new AbortController();
  readonly #sender: CallSender;

  constructor({ settings, allowAutoTopicCreation, connections, purpose = 'default' }: ClusterOptions) {
    this.settings = settings;
    // One of each request and pause under way; the ten after which Node.js warns of a leak are soon together.
    setMaxListeners(0, this.#closing.signal);
    this.environment = settings.environment;
    this.#sender = { clientId: settings.clientId, timeoutMs: settings.requestTimeoutMs };
    this.#tracked = new TrackedTopics(settings.environment.clock);
    this.#allowAutoTopicCreation = allowAutoTopicCreation;
    this.#purpose = purpose;
    this.#backoff = new Backoff(this.environment.random, {
      firstMs: settings.retryBackoffMs,
      lastMs: settings.retryBackoffMsMax,
    });
    this.#link = connections?.linkFor(settings) ?? new ClusterLink(settings, LANES_OF_ONE);
    this.#link.join(this);
    this.metadata = this.#link.metadata;
    this.#own = this.#link.isShared ? new BrokerChannels(settings, this.metadata, LANES_OF_ONE) : undefined;
  }

  /** True once the cluster has answered. */
  get known(): boolean {
    return this.#known;
  }

  /** Why no broker answered the last time when any would have done; undefined when one did. */
  get outage(): OperationalError | undefined {
    return this.#link.outage;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Whether other clients use its connections, too. */
  get sharesConnections(): boolean {
    return this.#link.isShared;
  }

  /** Of all that use its connections: what they send every so often leaves in one write. */
  get intervals(): SharedIntervals {
    return this.#link.intervals;
  }

  /** Where a poll goes on, among those of others; undefined for who has the event loop for itself. */
  get turns(): LoopTurns | undefined {
    return this.#link.isShared ? this.#link.turns : undefined;
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

  /** Whether this client has asked for the metadata of a topic: what others know of it may be old. */
  tracks(topic: string): boolean {
    return this.#tracked.has(topic);
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
   * @param options.anew fetches it even where it is known.
   * @throws {OperationalError} `UNKNOWN_TOPIC_OR_PARTITION` and others, when it is not there at the end of the time.
   */
  async topic(
    name: string,
    timeoutMs: number,
    { anew = false }: { readonly anew?: boolean } = {},
  ): Promise<TopicMetadata> {
    const before = this.metadata.topic(name);
    if (!anew && this.tracks(name) && before !== undefined && before.partitions.length > 0) return before;
    this.track([name]);
    return this.retry(`metadata of ${name}`, timeoutMs, async () => {
      await this.#fetch([name]);
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
    const channels = purpose === 'fetch' ? (this.#own ?? this.#link.channels) : this.#link.channels;
    return channels.channel(nodeId, purpose);
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
      return await this.#sendOver(channel, purpose, call);
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
  sendToAny<In, Out>(call: Call<In, Out>, signal?: AbortSignal): Promise<Out> {
    const isClosed = (): boolean => this.#closed;
    return this.#unlessClosed(
      this.#link.sendToAny(call, { ...this.#sender, purpose: this.#purpose, signal, isClosed }),
    );
  }

  /**
   * Tries until it succeeds, fails for good, or the time is up; then rejects with the last failure.
   * @param what names the attempt in the error of a time that ran out.
   * @param attempt What changes something has to heed the signal, which is aborted when its time is up: sent after its
   * caller was told that it failed, and has tried again with success, it would undo what came after.
   * @param pauseMs how long to wait after such a failure, where that is not the usual time.
   */
  async retry<T>(
    what: string,
    timeoutMs: number,
    attempt: (remainingMs: number, signal: AbortSignal) => Promise<T>,
    pauseMs?: (error: OperationalError, failures: number) => number | undefined,
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
          overdue = this.outage ?? timedOut(what, timeoutMs, last);
          ending.abort(overdue);
          return overdue;
        });
      } catch (error) {
        if (!isRetriable(error) || error === overdue) throw error;
        // A broker whose disk is full may then say that it is not the controller any more, which is the lesser news.
        if (!isStorageError(last)) last = error;
        const waitMs = pauseMs?.(error, failures) ?? this.#backoff.delayMs(failures);
        if (this.#nowMs() + waitMs >= deadlineMs) {
          throw isTelling(error) ? error : timedOut(what, timeoutMs, last);
        }
        await this.sleep(waitMs);
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
    this.#missingTimer?.cancel();
    this.#listeners.clear();
    this.#own?.close();
    this.#link.leave(this, this.#tracked.names ?? []);
    await this.#refreshing?.catch(() => {});
  }

  #sendOver<In, Out>(channel: BrokerChannel, purpose: Purpose, call: Call<In, Out>): Promise<Out> {
    // Its own connections end with it.
    if (!this.#link.isShared || purpose === 'fetch') return channel.send(call, this.#sender);
    if (purpose !== 'join') return this.#unlessClosed(channel.send(call, this.#sender));
    const { signal } = this.#closing;
    return this.#link.exclusive.send(channel.address, call, { ...this.#sender, signal });
  }

  /** Over connections of others, too, requests of a client end when it is closed. */
  #unlessClosed<T>(answer: Promise<T>): Promise<T> {
    return this.#link.isShared ? unlessAborted(answer, this.#closing.signal) : answer;
  }

  async #fetchMetadata(): Promise<void> {
    if (this.#closed) throw closed('client');
    this.#refreshTimer?.cancel();
    this.#refreshTimer = undefined;
    this.#lastAttemptMs = this.#nowMs();
    this.#link.forget(this.#tracked.takeIdle());
    try {
      await this.#fetch(this.#tracked.names);
    } catch (error) {
      this.#refreshFailures++;
      throw error;
    }
    this.#refreshFailures = 0;
    this.#scheduleRefresh(this.settings.metadataAgeMsMax);
  }

  /** Fetches the metadata of topics, or of all (null), and tells of it. */
  async #fetch(names: readonly string[] | null): Promise<void> {
    if (this.#closed) throw closed('client');
    await this.#unlessClosed(this.#link.fetchMetadata(names, this.#allowAutoTopicCreation));
    if (this.#closed) throw closed('client');
    this.#known = true;
    this.#lookForMissing();
    this.#tell();
  }

  #tell(): void {
    for (const listener of Array.from(this.#listeners)) listener();
  }

  /** A topic that is being created, or elects a leader, is looked for again, ever more slowly: only those are. */
  #lookForMissing(): void {
    this.#missingTimer?.cancel();
    this.#missingTimer = undefined;
    if (this.#missingTopics().length === 0) {
      this.#missing = 0;
      return;
    }
    this.#missing++;
    const delayMs = Math.ceil(this.#backoff.delayMs(this.#missing));
    this.#missingTimer = this.environment.timers.after(delayMs, () => {
      this.#missingTimer = undefined;
      const names = this.#missingTopics();
      // Another client may have found them meanwhile.
      if (names.length === 0) this.#tell();
      else this.#fetch(names).catch(() => this.refreshSoon());
    });
  }

  #missingTopics(): readonly string[] {
    return (this.#tracked.names ?? []).filter((name) => {
      const topic = this.metadata.topic(name);
      if (topic === undefined || (topic.errorCode !== ErrorCode.NONE && errorOf(topic.errorCode).retriable))
        return true;
      return topic.partitions.some(({ leader }) => leader < 0);
    });
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

  #nowMs(): number {
    return this.environment.clock.monotonicMs();
  }
}

const CONNECT_CODES = new Set(['CONNECTION_REFUSED', 'HOST_NOT_FOUND', 'TIMED_OUT', 'NETWORK_ERROR']);
