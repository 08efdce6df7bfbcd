import type { Timer } from '../../base/environment.ts';
import type { ClientSettings } from '../config/settings.ts';
import { BrokerChannel } from '../connection/broker-channel.ts';
import type { MetadataCache } from './metadata-cache.ts';

/**
 * What a request is for. A broker answers in order, so that what it holds back (a fetch that waits for data, a join that
 * waits for a rebalance, a topic that is being made) holds up everything behind it on its connection.
 */
export type Purpose = 'default' | 'admin' | 'produce' | 'fetch' | 'group' | 'join' | 'transaction';

/** Which requests go over one connection to a broker: those whose lane has one name. */
export type Lanes = Readonly<Record<Purpose, string>>;

/** Of one client, which waits for itself: it needs no more connections than it does things at a time. */
export const LANES_OF_ONE: Lanes = {
  default: 'default',
  admin: 'default',
  produce: 'default',
  fetch: 'fetch',
  group: 'group',
  join: 'join',
  transaction: 'default',
};

/** Of clients that share connections: none of them waits for what another one is kept waiting for. */
export const LANES_OF_MANY: Lanes = {
  default: 'default',
  admin: 'admin',
  produce: 'produce',
  fetch: 'fetch',
  group: 'group',
  join: 'join',
  // The end of a transaction waits until it is replicated.
  transaction: 'transaction',
};

/** The lines to the brokers of a cluster, opened when they are needed. */
export class BrokerChannels {
  readonly #settings: ClientSettings;
  readonly #metadata: MetadataCache;
  readonly #lanes: Lanes;
  readonly #channels = new Map<string, BrokerChannel>();
  readonly #bootstrap: readonly BrokerChannel[];
  #idleTimer: Timer | undefined;
  #closed = false;

  constructor(settings: ClientSettings, metadata: MetadataCache, lanes: Lanes) {
    this.#settings = settings;
    this.#metadata = metadata;
    this.#lanes = lanes;
    this.#bootstrap = settings.bootstrapServers.map((address) => new BrokerChannel(settings, address));
  }

  /** The line to a node; undefined for a node that the metadata does not know. */
  channel(nodeId: number, purpose: Purpose): BrokerChannel | undefined {
    const node = this.#metadata.node(nodeId);
    if (node === undefined) return undefined;
    const key = `${nodeId}/${this.#lanes[purpose]}`;
    let channel = this.#channels.get(key);
    if (channel !== undefined && (channel.address.host !== node.host || channel.address.port !== node.port)) {
      channel.close();
      channel = undefined;
    }
    if (channel === undefined) {
      channel = new BrokerChannel(this.#settings, { host: node.host, port: node.port });
      this.#channels.set(key, channel);
      this.#watchIdle();
    }
    return channel;
  }

  /** Lines to brokers of which any will do: connected ones first, those that failed just now last. */
  candidates(purpose: Purpose): readonly BrokerChannel[] {
    const known: BrokerChannel[] = [];
    for (const { id } of this.#metadata.nodes) {
      const channel = this.channel(id, purpose);
      if (channel !== undefined) known.push(channel);
    }
    // The way in is for whatever comes first; what is not to share a connection does not share that either.
    const hasOwnLane = this.#lanes[purpose] !== this.#lanes.default;
    const rank = (channel: BrokerChannel): number => {
      if (hasOwnLane && this.#bootstrap.includes(channel)) return channel.backingOff ? 2e9 : 2e6;
      if (channel.ready !== undefined) return channel.ready.connection.inFlight;
      return channel.backingOff ? 1e9 : 1e6;
    };
    const { random } = this.#settings.environment;
    const shuffled = [...known, ...this.#bootstrap].map((channel) => ({
      channel,
      rank: rank(channel),
      order: this.#bootstrap.includes(channel) ? 1 + random.float() : random.float(),
    }));
    return shuffled.toSorted((a, b) => a.rank - b.rank || a.order - b.order).map(({ channel }) => channel);
  }

  /** Closes the lines to nodes that are not in the cluster any more. */
  dropGoneNodes(): void {
    for (const [key, channel] of this.#channels) {
      if (this.#metadata.node(Number.parseInt(key, 10)) !== undefined) continue;
      channel.close();
      this.#channels.delete(key);
    }
    // Bootstrap connections have done their work.
    for (const channel of this.#bootstrap) channel.closeIdle(this.#settings.retryBackoffMsMax);
  }

  close(): void {
    this.#closed = true;
    this.#idleTimer?.cancel();
    for (const channel of this.#channels.values()) channel.close();
    for (const channel of this.#bootstrap) channel.close();
  }

  #watchIdle(): void {
    const idleMsMax = this.#settings.connectionsIdleMsMax;
    if (this.#idleTimer !== undefined || idleMsMax < 0 || this.#closed) return;
    this.#idleTimer = this.#settings.environment.timers.every(Math.max(1_000, idleMsMax / 4), () => {
      for (const channel of this.#channels.values()) channel.closeIdle(idleMsMax);
      for (const channel of this.#bootstrap) channel.closeIdle(idleMsMax);
    });
  }
}
