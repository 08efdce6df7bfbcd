import { ErrorCode } from '../../protocol/error-codes.ts';
import { BrokerChannel } from '../connection/broker-channel.ts';
import type { ConsumerSettings } from '../config/settings.ts';
import { kafkaError } from '../kafka-error.ts';
import { partitionKey } from '../topic-partitions.ts';
import { ChunkCache } from './chunk-cache.ts';
import {
  answerOf,
  type BrokerEndpoint,
  type FetchAnswer,
  fetchCall,
  type FetchNode,
  type FetchPlace,
  type FetchReader,
  type FetchSource,
  type FoundChunk,
  type PlaceResponse,
  responsesOf,
} from './fetch-source.ts';
import type { FetchWant } from './fetch-want.ts';
import { SharedFetch } from './shared-fetch.ts';

/** Connections to a broker, with one fetch each under way: a broker answers what comes on one connection in order. */
const LANES_MAX = 4;

/** A fetch on the last free lane waits no longer than this: whoever comes next has to wait for it. */
const LAST_LANE_WAIT_MS = 50;

/** The fetches at one broker. */
interface Broker {
  readonly node: FetchNode;
  readonly free: BrokerChannel[];
  /** Those with a request under way. */
  readonly busy: Set<BrokerChannel>;
  /** Those that are in no request yet. */
  waiting: SharedFetch[];
  isSending: boolean;
}

/**
 * The fetches of consumers of one process that want the same in the same way. Whoever comes to a place that another one has
 * read just now gets what that one has got; those who come to a place at once get one answer. All others are fetched for
 * together, one request per connection. Each keeps its own position, and is told what a broker answers as if it had asked.
 */
export class FetchHub implements FetchSource {
  readonly isShared = true;
  readonly #settings: ConsumerSettings;
  readonly #cache: ChunkCache;
  readonly #brokers = new Map<number, Broker>();
  /** Those that nobody has answered yet, by place. */
  readonly #fetches = new Map<string, SharedFetch>();
  #closed = false;

  constructor(settings: ConsumerSettings) {
    this.#settings = settings;
    this.#cache = new ChunkCache(settings.environment);
  }

  /** What the chunks that are kept take, in bytes, by estimate. */
  get keptBytes(): number {
    return this.#cache.bytes;
  }

  find(place: FetchPlace, reader?: FetchReader): FoundChunk | undefined {
    return this.#cache.find(place, reader);
  }

  isBusy(): boolean {
    return false;
  }

  fetch(node: FetchNode, wants: readonly FetchWant[], { reader }: { readonly reader: FetchReader }): void {
    if (this.#closed) return;
    const broker = this.#brokerOf(node);
    for (const want of wants) {
      const key = keyOf(node, want);
      let shared = this.#fetches.get(key);
      if (shared === undefined) {
        shared = new SharedFetch(key, want);
        this.#fetches.set(key, shared);
        broker.waiting.push(shared);
      }
      shared.join(want, reader);
    }
    this.#sendSoon(broker);
  }

  close(): void {
    this.#closed = true;
    this.#cache.clear();
    for (const { free, busy } of this.#brokers.values())
      for (const channel of [...free, ...busy]) channel.close();
  }

  #brokerOf(node: FetchNode): Broker {
    const known = this.#brokers.get(node.id);
    if (known !== undefined && known.node.host === node.host && known.node.port === node.port) return known;
    // The broker has moved. What is under way there ends by itself, and closes its connection.
    for (const channel of known?.free ?? []) channel.close();
    const broker = {
      node,
      free: [],
      busy: new Set<BrokerChannel>(),
      waiting: known?.waiting ?? [],
      isSending: false,
    };
    this.#brokers.set(node.id, broker);
    return broker;
  }

  /** What is wanted in the same turn of the event loop goes into one request. */
  #sendSoon(broker: Broker): void {
    if (broker.isSending || broker.waiting.length === 0) return;
    broker.isSending = true;
    void Promise.resolve().then(() => {
      broker.isSending = false;
      this.#send(broker);
    });
  }

  #send(broker: Broker): void {
    if (this.#brokers.get(broker.node.id) !== broker) return;
    while (broker.waiting.length > 0 && broker.busy.size < LANES_MAX) {
      // A request can ask for one place of a partition only.
      const asked = new Map<string, SharedFetch>();
      const later: SharedFetch[] = [];
      for (const shared of broker.waiting) {
        const { topic, partition } = shared.want;
        const key = partitionKey(topic, partition);
        if (asked.has(key)) later.push(shared);
        else asked.set(key, shared);
      }
      broker.waiting = later;
      const { fetchWaitMsMax } = this.#settings;
      const isLast = broker.busy.size === LANES_MAX - 1;
      const maxWaitMs = isLast ? Math.min(fetchWaitMsMax, LAST_LANE_WAIT_MS) : fetchWaitMsMax;
      void this.#fetch(broker, [...asked.values()], maxWaitMs);
    }
  }

  async #fetch(broker: Broker, fetches: readonly SharedFetch[], maxWaitMs: number): Promise<void> {
    const { node, free, busy } = broker;
    const channel = free.pop() ?? new BrokerChannel(this.#settings, { host: node.host, port: node.port });
    busy.add(channel);
    const byPlace = new Map<FetchPlace, SharedFetch>(fetches.map((shared) => [shared.want, shared]));
    const places = [...byPlace.keys()];
    const quiet = new Set<SharedFetch>();
    try {
      const response = await channel.send(fetchCall(places, this.#settings, maxWaitMs));
      if (response.errorCode !== ErrorCode.NONE)
        throw kafkaError(response.errorCode, `fetching from broker ${node.id}`);
      for (const each of responsesOf(places, response)) {
        const shared = byPlace.get(each.place);
        this.#answer(node.id, shared, { each, endpoints: response.nodeEndpoints });
        if (shared !== undefined && isQuiet(each)) quiet.add(shared);
      }
    } catch (error) {
      for (const each of fetches) each.fail(node.id, error);
    }
    busy.delete(channel);
    if (this.#closed || this.#brokers.get(node.id) !== broker) channel.close();
    else free.push(channel);
    this.#goOn(broker, fetches, quiet);
  }

  /** Ends fetches that were answered, but for those that brought nothing and are waited for again. */
  #goOn(broker: Broker, fetches: readonly SharedFetch[], quiet: ReadonlySet<SharedFetch>): void {
    const { id } = broker.node;
    const isHere = !this.#closed && this.#brokers.get(id) === broker;
    const ended: SharedFetch[] = [];
    for (const shared of fetches) {
      const isUnread = quiet.has(shared) && this.find(shared.want) === undefined;
      if (isHere && isUnread && shared.isWaitedFor(id)) {
        broker.waiting.push(shared);
        continue;
      }
      this.#fetches.delete(shared.key);
      ended.push(shared);
    }
    SharedFetch.end(id, ended);
    // Not in this turn: a broker that does not wait for records would leave no other turn to anybody.
    if (ended.length < fetches.length) this.#settings.environment.timers.defer(() => this.#sendSoon(broker));
    else this.#sendSoon(broker);
  }

  /** Tells the readers of one place. What cannot be read of it concerns them alone. */
  #answer(
    nodeId: number,
    shared: SharedFetch | undefined,
    { each, endpoints }: { readonly each: PlaceResponse; readonly endpoints: readonly BrokerEndpoint[] },
  ): void {
    if (shared === undefined) return;
    let answer: FetchAnswer;
    try {
      answer = this.#keep(each);
    } catch (error) {
      shared.fail(nodeId, error);
      return;
    }
    shared.answer(nodeId, answer, endpoints);
  }

  #keep({ place, response }: PlaceResponse): FetchAnswer {
    const answer = answerOf(place, response, this.#settings);
    this.#cache.put(place, answer);
    return answer;
  }
}

/** There is nothing to tell but how far the log reaches. */
function isQuiet({ response }: PlaceResponse): boolean {
  const { errorCode, records, divergingEpoch, preferredReadReplica } = response;
  const isEmpty = records === null || records.length === 0;
  return errorCode === ErrorCode.NONE && isEmpty && divergingEpoch.epoch < 0 && preferredReadReplica < 0;
}

function keyOf({ id }: FetchNode, place: FetchPlace): string {
  const { topic, partition, topicId, fetchOffset, fetchEpoch, leaderEpoch } = place;
  return `${id}/${fetchOffset}/${fetchEpoch}/${leaderEpoch}/${partition}/${topicId}/${topic}`;
}
