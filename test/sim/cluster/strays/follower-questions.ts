import { ErrorCode } from '../../../../src/protocol/error-codes.ts';
import { endOffsetAt } from '../disk-view.ts';
import { RECORDS_TOPIC } from '../records.ts';
import { bareFetch } from './bare-fetch.ts';
import type { StrayQuestion } from './stray-question.ts';

/**
 * A follower's fetch that comes from the process that it was before tells nothing of what it has now (KIP-903):
 * `stale-follower`, where a leader takes it.
 */
export const fetchAsProcessBefore: StrayQuestion = async ({ cluster, lines, known, random, violate }) => {
  const stale = known.ledPartitions(RECORDS_TOPIC).flatMap((led) =>
    led.registration.replicas.flatMap((id) => {
      const epoch = id === led.leader.id ? undefined : led.leader.image.brokers.get(id)?.epoch;
      const before = epoch === undefined ? [] : known.epochsBefore(id, epoch);
      return before.map((replicaEpoch) => ({ ...led, replicaState: { replicaId: id, replicaEpoch } }));
    }),
  );
  if (stale.length === 0) return false;
  const { leader, topicId, partition, registration, replicaState } = random.pick(stale);
  const answer = await bareFetch(lines.to(leader.id), {
    topicId,
    partition,
    currentLeaderEpoch: registration.leaderEpoch,
    fetchOffset: endOffsetAt(cluster.host(leader.id).medium, `${RECORDS_TOPIC}-${partition}`),
    replicaState,
  });
  if (answer?.errorCode === ErrorCode.NONE) {
    const { replicaId, replicaEpoch } = replicaState;
    violate(
      'stale-follower',
      `broker ${leader.id}, which leads ${RECORDS_TOPIC}-${partition}, answers broker ${replicaId} of epoch ${replicaEpoch}, which is another process now`,
    );
  }
  return answer !== undefined;
};
