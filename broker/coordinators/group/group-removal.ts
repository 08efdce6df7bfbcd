import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { ClassicGroup } from './classic-group.ts';
import type { GroupShard } from './group-shard.ts';
import type { TopicPartition } from '../../../src/protocol/topic-partition.ts';
import type { GroupJournal } from './group-journal.ts';
import { groupTombstone, offsetTombstone } from './group-records.ts';

/**
 * Removes committed offsets from the log, then from the group, with those that are pending; resolves to NONE or to the error of
 * the write.
 */
export async function removeOffsets(
  { group, shard }: { readonly group: ClassicGroup; readonly shard: GroupShard },
  partitions: readonly TopicPartition[],
  journal: GroupJournal,
): Promise<number> {
  if (partitions.length === 0) return ErrorCode.NONE;
  const records = partitions.map((partition) => offsetTombstone(group.groupId, partition));
  const { errorCode, firstOffset } = await journal.append(group.groupId, records);
  if (firstOffset === undefined) return errorCode;
  partitions.forEach((each, i) => {
    group.offsets.delete(each.topic, each.partition, firstOffset + i);
    shard.pending.forget(group.groupId, each, firstOffset + i);
  });
  return ErrorCode.NONE;
}

/**
 * Removes a group with all its offsets from the log, pending ones too: a transaction that is committed later does not bring
 * it back. Resolves to NONE or to the error of the write.
 */
export async function removeGroup(
  { group, shard }: { readonly group: ClassicGroup; readonly shard: GroupShard },
  journal: GroupJournal,
): Promise<number> {
  const { groupId, offsets } = group;
  const pending = shard.pending.partitionsOf(groupId);
  const onlyPending = pending.filter(({ topic, partition }) => offsets.get(topic, partition) === undefined);
  const records = [...offsets.all(), ...onlyPending].map((partition) => offsetTombstone(groupId, partition));
  const { errorCode, firstOffset } = await journal.append(groupId, [...records, groupTombstone(groupId)]);
  if (firstOffset !== undefined) for (const each of pending) shard.pending.forget(groupId, each, firstOffset);
  return errorCode;
}
