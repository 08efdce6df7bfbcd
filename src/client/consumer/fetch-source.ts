import { ZERO_UUID } from '../../base/bytes-reader.ts';
import type { Address } from '../../base/environment.ts';
import type { RequestInput, ResponseOf } from '../../protocol/message.ts';
import { fetch } from '../../protocol/messages/01-fetch.ts';
import type { Call } from '../connection/broker-channel.ts';
import { isolationByte } from '../cluster/offset-lookup.ts';
import type { ConsumerSettings } from '../config/settings.ts';
import { groupByTopic, partitionKey } from '../topic-partitions.ts';
import type { TopicPartition } from '../types.ts';
import type { FetchWant } from './fetch-want.ts';
import { PartitionChunk } from './partition-chunk.ts';

type FetchResponse = ResponseOf<typeof fetch>;
type PartitionResponse = FetchResponse['responses'][number]['partitions'][number];

/** Topics go by id from here on (KIP-516); where an id is not known, the version before is used. */
const TOPIC_IDS_FROM = 13;

/** A session id of 0 with this epoch: a fetch without a session (KIP-227). */
const SESSIONLESS_EPOCH = -1;

/** A place in a partition that somebody wants to read from. */
export interface FetchPlace extends TopicPartition {
  readonly fetchOffset: number;
  /** Leader epoch of the record before it; -1 if unknown. */
  readonly fetchEpoch: number;
  /** {@link ZERO_UUID} if unknown. */
  readonly topicId: string;
  /** Of the partition's leader, as far as the reader knows; -1 if unknown. */
  readonly leaderEpoch: number;
}

/** What a broker has answered about one place. */
export interface FetchAnswer {
  readonly response: PartitionResponse;
  /** The records of the answer; undefined where it has none. */
  readonly chunk: PartitionChunk | undefined;
}

export type BrokerEndpoint = FetchResponse['nodeEndpoints'][number];

/**
 * Whoever wants records. Each fetch ends with {@link onEnd}, and with answers or failures before. What is thrown by the
 * others comes back as {@link onFailure}, which does not throw.
 */
export interface FetchReader {
  /** Brokers that an answer told of (KIP-951). */
  onEndpoints(endpoints: readonly BrokerEndpoint[]): void;
  onAnswer(want: FetchWant, answer: FetchAnswer): void;
  /** Whether, after an answer without records, a fetch of it at the same place would be the same again. */
  waitsAt(nodeId: number, want: FetchWant): boolean;
  onFailure(nodeId: number, wants: readonly FetchWant[], error: unknown): void;
  onEnd(wants: readonly FetchWant[]): void;
}

export interface FetchNode extends Address {
  readonly id: number;
}

/** Where a consumer gets its records from: brokers, or what another consumer of the process has read already. */
export interface FetchSource {
  /** Others read the same records. */
  readonly isShared: boolean;
  /** What is there already for a place that a reader comes to; undefined where it has to be fetched. */
  find(place: FetchPlace, reader: FetchReader): FoundChunk | undefined;
  /** A fetch that begins now would have to wait for one that is under way. */
  isBusy(nodeId: number): boolean;
  fetch(
    node: FetchNode,
    wants: readonly FetchWant[],
    options: {
      readonly reader: FetchReader;
      /** Others at this broker want records as soon as there is room for them. */
      readonly isPartial: boolean;
    },
  ): void;
}

/** A chunk that has an offset within it, and what is known about the ends of its partition. */
export interface FoundChunk {
  readonly chunk: PartitionChunk;
  readonly marks: Pick<PartitionResponse, 'highWatermark' | 'lastStableOffset' | 'logStartOffset'>;
}

/** The settings that say what a fetch brings. */
export type FetchSettings = Pick<
  ConsumerSettings,
  | 'bootstrapServers'
  | 'isolationLevel'
  | 'fetchBytesMin'
  | 'fetchBytesMax'
  | 'fetchWaitMsMax'
  | 'partitionFetchBytesMax'
  | 'clientRack'
  | 'checkCrcs'
  | 'decompressedBatchBytesMax'
  | 'requestTimeoutMs'
>;

export function fetchCall(
  places: readonly FetchPlace[],
  settings: FetchSettings,
  maxWaitMs: number,
): Call<RequestInput<typeof fetch>, FetchResponse> {
  const byName = places.some(({ topicId }) => topicId === ZERO_UUID);
  return {
    api: fetch,
    timeoutMs: settings.requestTimeoutMs + maxWaitMs,
    ...(byName ? { versionMax: TOPIC_IDS_FROM - 1 } : {}),
    body: {
      maxWaitMs,
      minBytes: settings.fetchBytesMin,
      maxBytes: settings.fetchBytesMax,
      isolationLevel: isolationByte(settings.isolationLevel),
      sessionId: 0,
      sessionEpoch: SESSIONLESS_EPOCH,
      rackId: settings.clientRack,
      topics: groupByTopic(places).map(({ topic, items }) => ({
        topic,
        topicId: items[0]?.topicId ?? ZERO_UUID,
        partitions: items.map(({ partition, leaderEpoch, fetchOffset, fetchEpoch }) => ({
          partition,
          currentLeaderEpoch: leaderEpoch,
          fetchOffset,
          // Lets the leader see whether its log still has what we have read (KIP-595), in the request that needs it.
          lastFetchedEpoch: fetchEpoch,
          partitionMaxBytes: settings.partitionFetchBytesMax,
        })),
      })),
    },
  };
}

/** The part of a response that is about a place. */
export interface PlaceResponse<P extends FetchPlace = FetchPlace> {
  readonly place: P;
  readonly response: PartitionResponse;
}

/** Finds the answer about each place. */
export function responsesOf<P extends FetchPlace>(
  places: readonly P[],
  { responses }: FetchResponse,
): readonly PlaceResponse<P>[] {
  const names = new Map(places.map(({ topic, topicId }) => [topicId, topic]));
  const byKey = new Map(places.map((place) => [partitionKey(place.topic, place.partition), place]));
  return responses.flatMap(({ topic, topicId, partitions }) => {
    const name = topicId === ZERO_UUID ? topic : (names.get(topicId) ?? topic);
    return partitions.flatMap((response) => {
      const place = byKey.get(partitionKey(name, response.partitionIndex));
      return place === undefined ? [] : [{ place, response }];
    });
  });
}

export function answerOf(
  place: FetchPlace,
  response: PartitionResponse,
  settings: FetchSettings,
): FetchAnswer {
  const { records } = response;
  if (response.errorCode !== 0 || records === null || records.length === 0)
    return { response, chunk: undefined };
  const chunk = new PartitionChunk(place, records, {
    checkCrcs: settings.checkCrcs,
    decompressedBytesMax: settings.decompressedBatchBytesMax,
    aborted: settings.isolationLevel === 'read_committed' ? (response.abortedTransactions ?? []) : null,
  });
  return { response, chunk };
}
