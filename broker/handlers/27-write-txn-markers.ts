import { TimeSlice } from '../../src/base/time-slice.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { writeTxnMarkers } from '../../src/protocol/messages/27-write-txn-markers.ts';
import { CONSUMER_OFFSETS_TOPIC } from '../metadata/internal-topics.ts';
import { appendTransactional, committedWithin } from '../replication/transactional-append.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import { markerBatch, type TransactionMarker } from '../transactions/marker-batch.ts';
import type { BrokerServices } from './broker-services.ts';

type Request = RequestOf<typeof writeTxnMarkers>;
type Response = ResponseInput<typeof writeTxnMarkers>;
type MarkerAnswer = NonNullable<NonNullable<Response>['markers']>[number];
type TopicAnswer = NonNullable<MarkerAnswer['topics']>[number];
type PartitionAnswer = NonNullable<TopicAnswer['partitions']>[number];
/** The error code of one partition. */
type Outcome = number | Promise<number>;

/** How long a marker may take to be replicated: `request.timeout.ms` of Kafka's brokers. */
const TIMEOUT_MS = 30_000;

/**
 * WriteTxnMarkers (key 27, v1-2): ends transactions in partitions led here. Sent by transaction coordinators, and by
 * administrators to abort what hangs (KIP-664). Each partition is answered for itself, once the in-sync replicas have its
 * marker.
 *
 * - A marker of an older coordinator epoch: TRANSACTION_COORDINATOR_FENCED; of an older producer epoch:
 *   INVALID_PRODUCER_EPOCH. v2 says the transaction's version: with an epoch per transaction (TV2) the marker's epoch must
 *   be newer than that of the batches (KIP-1228).
 * - Without a producer id: UNKNOWN_SERVER_ERROR, as in Kafka; with an epoch below 0: INVALID_PRODUCER_EPOCH.
 * - Where no transaction is open it is appended too: it says which coordinator and epoch come next.
 * - In `__consumer_offsets` it is the group coordinator's: pending offsets are committed or dropped.
 * - Partitions that are not here: UNKNOWN_TOPIC_OR_PARTITION; not led here: NOT_LEADER_OR_FOLLOWER.
 */
export function writeTxnMarkersHandler(services: BrokerServices): RequestHandler<typeof writeTxnMarkers> {
  return {
    api: writeTxnMarkers,
    answer: (request) => writeAll(services, request),
    failure: ({ markers }, errorCode) => ({
      markers: markers.map(({ producerId, topics }) => ({
        producerId,
        topics: topics.map(({ name, partitionIndexes }) => ({
          name,
          partitions: partitionIndexes.map((partitionIndex) => ({ partitionIndex, errorCode })),
        })),
      })),
    }),
  };
}

/** A transaction may have touched thousands of partitions: others have their turn in between. */
async function writeAll(services: BrokerServices, { markers }: Request): Promise<Response> {
  const slice = new TimeSlice(services.environment);
  const outcomes = new MarkerOutcomes();
  for (const each of markers) {
    const {
      producerId,
      producerEpoch,
      coordinatorEpoch,
      transactionVersion,
      transactionResult: isCommit,
    } = each;
    const marker = { producerId, producerEpoch, coordinatorEpoch, transactionVersion, isCommit };
    for (const { name, partitionIndexes } of each.topics) {
      // Appending stamps it anew for each partition. What a topic may change in it besides is the same for all of them.
      let batch: Buffer | undefined;
      for (const index of partitionIndexes) {
        batch ??= markerBatch(marker, services.environment.clock.nowMs());
        const outcome = write(services, { topic: name, index }, { marker, batch });
        outcomes.add({ producerId, topic: name, index }, outcome);
        if (!slice.isOver) continue;
        await slice.next();
        batch = undefined;
      }
    }
  }
  return outcomes.response();
}

function write(
  services: BrokerServices,
  { topic, index }: { readonly topic: string; readonly index: number },
  { marker, batch }: { readonly marker: TransactionMarker; readonly batch: Buffer },
): Outcome {
  const { replicaManager, groups, environment } = services;
  // No transaction is of nobody, and Kafka cannot make such a marker, either.
  if (marker.producerId < 0) return ErrorCode.UNKNOWN_SERVER_ERROR;
  // No producer has such an epoch, and none could be fenced by it.
  if (marker.producerEpoch < 0) return ErrorCode.INVALID_PRODUCER_EPOCH;
  const partition = replicaManager.get(topic, index);
  if (partition === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  if (topic === CONSUMER_OFFSETS_TOPIC) return groups.completeTransaction(index, marker, TIMEOUT_MS);
  const { timers } = environment;
  const { transactionVersion } = marker;
  const written = appendTransactional(partition, batch, { timers, transactionVersion });
  return written.baseOffset === undefined
    ? written.errorCode
    : committedWithin(written.committed, timers, TIMEOUT_MS);
}

interface Place {
  readonly producerId: number;
  readonly topic: string;
  readonly index: number;
}

/** What became of the markers, by producer and topic; of several for one partition the last counts. */
class MarkerOutcomes {
  readonly #byProducer = new Map<number, Map<string, Map<number, Outcome>>>();

  add({ producerId, topic, index }: Place, outcome: Outcome): void {
    const topics = this.#byProducer.get(producerId) ?? new Map<string, Map<number, Outcome>>();
    this.#byProducer.set(producerId, topics);
    const partitions = topics.get(topic) ?? new Map<number, Outcome>();
    topics.set(topic, partitions);
    partitions.set(index, outcome);
  }

  async response(): Promise<Response> {
    const markers: MarkerAnswer[] = [];
    for (const [producerId, topics] of this.#byProducer) {
      const answered: TopicAnswer[] = [];
      for (const [name, outcomes] of topics) {
        const partitions: PartitionAnswer[] = [];
        for (const [partitionIndex, outcome] of outcomes) {
          const errorCode = typeof outcome === 'number' ? outcome : await outcome;
          partitions.push({ partitionIndex, errorCode });
        }
        answered.push({ name, partitions });
      }
      markers.push({ producerId, topics: answered });
    }
    return { markers };
  }
}
