import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { ClassicGroup } from './classic-group.ts';
import type { TopicPartition } from '../../../src/protocol/topic-partition.ts';
import type { GroupJournal } from './group-journal.ts';
import { groupTombstone, offsetTombstone } from './group-records.ts';

/** Removes committed offsets from the log, then from the group; resolves to NONE or to the error of the write. */
export async function removeOffsets(
  group: ClassicGroup,
  partitions: readonly TopicPartition[],
  journal: GroupJournal,
): Promise<number> {
  if (partitions.length === 0) return ErrorCode.NONE;
  const records = partitions.map((partition) => offsetTombstone(group.groupId, partition));
  const { errorCode, firstOffset } = await journal.append(group.groupId, records);
  if (firstOffset === undefined) return errorCode;
  partitions.forEach(({ topic, partition }, i) => group.offsets.delete(topic, partition, firstOffset + i));
  return ErrorCode.NONE;
}

/** Removes a group with all its offsets from the log; resolves to NONE or to the error of the write. */
export async function removeGroup(group: ClassicGroup, journal: GroupJournal): Promise<number> {
  const records = group.offsets.all().map((partition) => offsetTombstone(group.groupId, partition));
  const { errorCode } = await journal.append(group.groupId, [...records, groupTombstone(group.groupId)]);
  return errorCode;
}
