import { coordinatorPartition } from '../../../src/base/java-hash.ts';
import { fetch } from '../../../src/protocol/messages/01-fetch.ts';
import { listOffsets } from '../../../src/protocol/messages/02-list-offsets.ts';
import { offsetFetch } from '../../../src/protocol/messages/09-offset-fetch.ts';
import { describeProducers } from '../../../src/protocol/messages/61-describe-producers.ts';
import { batchesOf } from '../../../src/protocol/records/batch-view.ts';
import type { Peer } from './peer.ts';
import type { TransactionalProducer } from './transactional-producer.ts';

const OFFSETS_PARTITIONS = 50;
/** The timestamp that stands for the log start offset. */
const EARLIEST = -2;

/**
 * Notes what readers see of a topic, and what it knows of producers; the producers' ids are not those of the other broker. Where a
 * part of a batch was deleted, Kafka's last stable offset may be the first one of that batch, before the log's start: it is taken
 * for the start.
 */
export async function noteTopic(peer: Peer, topic: string, partitions: readonly number[]): Promise<void> {
  for (const partition of partitions) {
    const timestamp = EARLIEST;
    const earliest = await peer.send(listOffsets, 7, {
      replicaId: -1,
      topics: [{ name: topic, partitions: [{ partitionIndex: partition, timestamp }] }],
    });
    const fetchOffset = earliest.topics[0]?.partitions[0]?.offset ?? 0;
    for (const isolationLevel of [0, 1]) {
      const answer = await peer.send(fetch, 11, {
        replicaId: -1,
        maxWaitMs: 0,
        minBytes: 0,
        maxBytes: 1_000_000,
        isolationLevel,
        topics: [{ topic, partitions: [{ partition, fetchOffset, partitionMaxBytes: 1_000_000 }] }],
      });
      const [read] = answer.responses[0]?.partitions ?? [];
      const batches = batchesOf(read?.records ?? Buffer.alloc(0)).map((each) => ({
        offsets: [each.baseOffset, each.lastOffset],
        attributes: each.attributes,
        epoch: each.producerEpoch,
        sequence: each.baseSequence,
      }));
      peer.note(`Fetch ${topic}-${partition} at isolation ${isolationLevel}`, {
        errorCode: read?.errorCode,
        logStartOffset: read?.logStartOffset,
        highWatermark: read?.highWatermark,
        lastStableOffset: Math.max(fetchOffset, read?.lastStableOffset ?? -1),
        // Kafka looks as far as its index is exact, and tells also of those that begin behind what is read.
        aborted: (read?.abortedTransactions ?? [])
          .map(({ firstOffset }) => firstOffset)
          .filter((firstOffset) => batches.some(({ offsets }) => firstOffset <= (offsets[1] ?? -1))),
        batches,
      });
    }
    const stable = await peer.send(listOffsets, 7, {
      replicaId: -1,
      isolationLevel: 1,
      topics: [{ name: topic, partitions: [{ partitionIndex: partition, timestamp: -1 }] }],
    });
    const [end] = stable.topics[0]?.partitions ?? [];
    peer.note('ListOffsets at isolation 1', { ...end, offset: Math.max(fetchOffset, end?.offset ?? -1) });
  }
  await peer.ask(describeProducers, 0, { topics: [{ name: topic, partitionIndexes: [...partitions] }] });
}

/** Notes the offsets of a group in every form, and what its partition knows of producers that are at work here. */
export async function noteGroup(
  peer: Peer,
  groupId: string,
  writers: readonly TransactionalProducer[],
): Promise<void> {
  const topics = [{ name: 'one', partitionIndexes: [0, 1] }];
  for (const requireStable of [false, true]) {
    await peer.ask(offsetFetch, 7, { groupId, topics, requireStable });
    await peer.ask(offsetFetch, 9, { groups: [{ groupId, topics: null }], requireStable });
  }
  const partitionIndexes = [coordinatorPartition(groupId, OFFSETS_PARTITIONS)];
  const described = await peer.send(describeProducers, 0, {
    topics: [{ name: '__consumer_offsets', partitionIndexes }],
  });
  // Where it begins depends on what else the two have written for groups.
  const producers = (described.topics[0]?.partitions[0]?.activeProducers ?? []).filter((active) =>
    writers.some(({ producerId }) => producerId === active.producerId),
  );
  peer.note('producers of the offsets', {
    activeProducers: producers.map(({ currentTxnStartOffset, ...rest }) => ({
      ...rest,
      isOpen: currentTxnStartOffset >= 0,
    })),
  });
}
