import type { Address } from '../../base/environment.ts';
import { messageOf, OperationalError } from '../../base/errors.ts';
import { LoopTurns } from '../../base/loop-turns.ts';
import { SharedIntervals } from '../../base/shared-intervals.ts';
import { metadata } from '../../protocol/messages/03-metadata.ts';
import type { ClientSettings } from '../config/settings.ts';
import type { Call } from '../connection/broker-channel.ts';
import { closed, isRetriable } from '../kafka-error.ts';
import { BrokerChannels, type Lanes, LANES_OF_MANY, type Purpose } from './broker-channels.ts';
import { ExclusiveChannels } from './exclusive-channels.ts';
import { MetadataCache } from './metadata-cache.ts';
import { MetadataFetches } from './metadata-fetches.ts';

/** A client at a link. */
export interface LinkUser {
  /** Whether it wants the metadata of a topic to be kept. */
  tracks(topic: string): boolean;
}

interface AnyCall {
  /** Whose request it is. */
  readonly clientId: string;
  /** How long the answer of each broker may take. */
  readonly timeoutMs: number;
  readonly purpose: Purpose;
  /** Whose abortion ends it: nothing is sent any more. */
  readonly signal?: AbortSignal | undefined;
  readonly isClosed: () => boolean;
}

/** The connections to a cluster, and what is known of it: of one client, or of several that share them. */
export class ClusterLink {
  readonly metadata = new MetadataCache();
  readonly channels: BrokerChannels;
  readonly exclusive: ExclusiveChannels;
  readonly isShared: boolean;
  /** What clients do every so often, such as their heartbeats, goes out together. */
  readonly intervals: SharedIntervals;
  /** Where the polls of consumers go on. */
  readonly turns: LoopTurns;
  readonly #settings: ClientSettings;
  readonly #fetches: MetadataFetches;
  readonly #users = new Set<LinkUser>();
  #outage: OperationalError | undefined;
  #closed = false;

  constructor(settings: ClientSettings, lanes: Lanes) {
    this.#settings = settings;
    this.isShared = lanes === LANES_OF_MANY;
    this.intervals = new SharedIntervals(settings.environment.timers);
    this.turns = new LoopTurns(settings.environment.timers);
    this.channels = new BrokerChannels(settings, this.metadata, lanes);
    this.exclusive = new ExclusiveChannels(settings);
    this.#fetches = new MetadataFetches(this.metadata, (names, allowAutoTopicCreation) => {
      const topics = names?.map((name) => ({ name })) ?? null;
      const call = { api: metadata, body: { topics, allowAutoTopicCreation } };
      const { clientId, requestTimeoutMs: timeoutMs } = settings;
      return this.sendToAny(call, { clientId, timeoutMs, purpose: 'default', isClosed: () => this.#closed });
    });
  }

  get users(): number {
    return this.#users.size;
  }

  /** Why no broker answered the last time when any would have done; undefined when one did. */
  get outage(): OperationalError | undefined {
    return this.#outage;
  }

  join(user: LinkUser): void {
    this.#users.add(user);
  }

  /** @param tracked what it wanted: what nobody else wants is forgotten, since nobody keeps it up to date. */
  leave(user: LinkUser, tracked: Iterable<string>): void {
    this.#users.delete(user);
    this.forget(tracked);
    if (this.#users.size > 0) return;
    this.#closed = true;
    this.channels.close();
    this.exclusive.close();
  }

  /** Forgets what is known of topics, as far as no user wants them. */
  forget(topics: Iterable<string>): void {
    for (const topic of topics) {
      let isTracked = false;
      for (const user of this.#users) isTracked ||= user.tracks(topic);
      if (!isTracked) this.metadata.forget(topic);
    }
  }

  /** Fetches metadata of topics, or of all (null). @throws {OperationalError} `CLUSTER_UNREACHABLE`, ... */
  async fetchMetadata(
    names: readonly string[] | null,
    mayCreate: boolean | ((topic: string) => boolean),
  ): Promise<void> {
    await this.#fetches.fetch({ names, mayCreate });
    this.channels.dropGoneNodes();
  }

  /** As {@link Cluster.sendToAny}. */
  async sendToAny<In, Out>(
    call: Call<In, Out>,
    { clientId, timeoutMs, purpose, signal, isClosed }: AnyCall,
  ): Promise<Out> {
    const failures: string[] = [];
    for (const channel of this.channels.candidates(purpose)) {
      if (isClosed()) throw closed('client');
      signal?.throwIfAborted();
      try {
        const answer = await channel.send(call, { clientId, timeoutMs });
        this.#outage = undefined;
        return answer;
      } catch (error) {
        if (isClosed()) throw closed('client');
        if (!isRetriable(error)) throw error;
        const failure = messageOf(error);
        if (!failures.includes(failure)) failures.push(failure);
      }
    }
    if (isClosed()) throw closed('client');
    this.#outage = this.#unreachable(failures);
    throw this.#outage;
  }

  #unreachable(failures: readonly string[]): OperationalError {
    const servers = this.#settings.bootstrapServers.map(show).join(', ');
    return new OperationalError(
      'CLUSTER_UNREACHABLE',
      `no answer from the Kafka cluster at ${servers} (${failures.join('; ')}): ` +
        'is a broker running there, or is it at max.connections, and is bootstrap.servers right?',
      { retriable: true },
    );
  }
}

function show({ host, port }: Address): string {
  return `${host}:${port}`;
}
