import type { ClassicGroup } from './classic-group.ts';
import type { TopicPartition } from '../../../src/protocol/topic-partition.ts';
import type { CommittedOffset } from './committed-offsets.ts';
import type { PendingOffsets } from './pending-offsets.ts';

/**
 * The committed offsets of a group that have expired (KIP-211, KIP-496):
 *
 * - an empty group: since it became empty, where that is known, else since the commit;
 * - a stable group of consumers: since the commit, of topics that it is no longer subscribed to;
 * - a group that only keeps offsets (no protocol type): since the commit;
 * - any other: none.
 *
 * A retention that the client chose (OffsetCommit 2 to 4) goes before the broker's. What a transaction is about to replace
 * does not expire.
 */
export function expiredOffsets(
  group: ClassicGroup,
  {
    nowMs,
    retentionMs,
    pending,
  }: { readonly nowMs: number; readonly retentionMs: number; readonly pending: PendingOffsets },
): TopicPartition[] {
  const since = retentionBase(group);
  if (since === undefined || group.offsets.pendingCommits > 0) return [];
  const expired: TopicPartition[] = [];
  for (const topic of group.offsets.topics()) {
    if (group.isSubscribedTo(topic)) continue;
    for (const [partition, committed] of group.offsets.partitions(topic)) {
      const isExpired =
        committed.expireTimestampMs === undefined
          ? nowMs - since(committed) >= retentionMs
          : nowMs >= committed.expireTimestampMs;
      if (isExpired && !pending.has(group.groupId, topic, partition)) expired.push({ topic, partition });
    }
  }
  return expired;
}

/** From when the retention of an offset counts; undefined where nothing expires. */
function retentionBase(group: ClassicGroup): ((committed: CommittedOffset) => number) | undefined {
  const sinceCommit = (committed: CommittedOffset): number => committed.commitTimestampMs;
  if (group.protocolType === null) return group.is('Empty') ? sinceCommit : undefined;
  if (group.is('Empty')) {
    const { stateTimestampMs } = group;
    return stateTimestampMs === undefined ? sinceCommit : () => stateTimestampMs;
  }
  const knowsTopics = group.isConsumerGroup && group.subscribedTopics !== null;
  return group.is('Stable') && knowsTopics ? sinceCommit : undefined;
}
