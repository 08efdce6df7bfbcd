import { METADATA_TOPIC, METADATA_TOPIC_ID } from '../../../../broker/quorum/raft-log.ts';
import type { PeerChannel } from '../../../../broker/server/peer-channel.ts';
import { ErrorCode } from '../../../../src/protocol/error-codes.ts';
import { endOfEpoch, epochsAt } from '../log-epochs.ts';
import { RECORDS_TOPIC } from '../records.ts';
import { bareFetch } from './bare-fetch.ts';
import type { StrayContext, StrayQuestion } from './stray-question.ts';

/** Whose leader epoch is over is told so (KIP-320): `fenced-epoch`. */
export const askWithOldEpoch: StrayQuestion = async ({ lines, known, random, violate }) => {
  const led = known.ledPartitions(RECORDS_TOPIC).filter(({ registration }) => registration.leaderEpoch > 0);
  if (led.length === 0) return false;
  const { leader, topicId, partition, registration } = random.pick(led);
  const { leaderEpoch } = registration;
  const old = random.int(leaderEpoch);
  const place = { topicId, partition, currentLeaderEpoch: old, fetchOffset: 0 };
  const answer = await bareFetch(lines.to(leader.id), place);
  if (answer?.errorCode === ErrorCode.NONE) {
    violate(
      'fenced-epoch',
      `broker ${leader.id} leads ${RECORDS_TOPIC}-${partition} in epoch ${leaderEpoch} and answers who asks for epoch ${old}`,
    );
  }
  return answer !== undefined;
};

/** Whose log differs is told where (KIP-595): `divergence`, as the batches of the leader have it. */
export const askForDivergence: StrayQuestion = async (context) => {
  const { lines, known, random } = context;
  const led = known.ledPartitions(RECORDS_TOPIC);
  if (led.length === 0) return false;
  const { leader, topicId, partition, registration } = random.pick(led);
  return compare(context, {
    id: leader.id,
    log: `${RECORDS_TOPIC}-${partition}`,
    line: lines.to(leader.id),
    topicId,
    partition,
    leaderEpoch: registration.leaderEpoch,
  });
};

/** The same of the metadata log and its leader. */
export const askForMetadataDivergence: StrayQuestion = async (context) => {
  const { lines, known } = context;
  const { controller } = known;
  if (controller === undefined) return false;
  return compare(context, {
    id: controller.id,
    log: `${METADATA_TOPIC}-0`,
    line: lines.to(controller.id, 'controller'),
    topicId: METADATA_TOPIC_ID,
    partition: 0,
    leaderEpoch: controller.image.epoch,
  });
};

/** Asks from a place that a follower's log may end with, in any epoch that is over, and compares the answer with the leader's log. */
async function compare(
  { cluster, random, violate }: StrayContext,
  asked: {
    readonly id: number;
    readonly log: string;
    readonly line: PeerChannel;
    readonly topicId: string;
    readonly partition: number;
    readonly leaderEpoch: number;
  },
): Promise<boolean> {
  const { id, log, line, topicId, partition, leaderEpoch } = asked;
  // No checksum covers the epoch of a batch: one that was damaged may stay as it is.
  if (cluster.wasDamaged(id)) return false;
  const epochs = epochsAt(cluster.host(id).medium, log);
  const first = epochs.starts[0];
  const last = epochs.starts.at(-1);
  if (first === undefined || last === undefined || last.epoch > leaderEpoch) return false;
  if (last.epoch === first.epoch) return false;
  const lastFetchedEpoch = first.epoch + random.int(last.epoch - first.epoch);
  const fetchOffset = first.startOffset + random.int(epochs.endOffset + 1 - first.startOffset);
  const end = endOfEpoch(epochs, lastFetchedEpoch);
  if (end === undefined) return false;
  const place = { topicId, partition, currentLeaderEpoch: leaderEpoch };
  const answer = await bareFetch(line, { ...place, fetchOffset, lastFetchedEpoch });
  if (answer?.errorCode !== ErrorCode.NONE) return false;
  const { divergingEpoch } = answer;
  const expected = end.epoch < lastFetchedEpoch || end.endOffset < fetchOffset ? shown(end) : shown(NOWHERE);
  if (shown(divergingEpoch) !== expected) {
    violate(
      'divergence',
      `a log that ends at ${fetchOffset} in epoch ${lastFetchedEpoch} differs from ${log} of broker ${id} ${expected}, ` +
        `and is told that it does ${shown(divergingEpoch)}`,
    );
  }
  return true;
}

const NOWHERE = { epoch: -1, endOffset: -1 };

function shown({ epoch, endOffset }: typeof NOWHERE): string {
  return epoch < 0 ? 'nowhere' : `after epoch ${epoch}, at ${endOffset}`;
}
