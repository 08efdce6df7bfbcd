import type { GroupMetrics, GroupOffsetMetrics } from '../../server/metrics.ts';
import type { ClassicGroup } from './classic-group.ts';

/** The high watermark of a partition with a replica here; undefined for another. */
type HighWatermarkOf = (topic: string, partition: number) => number | undefined;

/** What the metrics page shows of groups, one after the other as they are asked for. */
export function* groupMetrics(
  groups: Iterable<ClassicGroup>,
  highWatermarkOf: HighWatermarkOf,
): Iterable<GroupMetrics> {
  for (const group of groups) {
    yield {
      groupId: group.groupId,
      memberCount: group.members.size,
      offsets: offsetMetrics(group, highWatermarkOf),
    };
  }
}

function* offsetMetrics(
  { offsets }: ClassicGroup,
  highWatermarkOf: HighWatermarkOf,
): Iterable<GroupOffsetMetrics> {
  for (const topic of offsets.topics()) {
    for (const [partition, { offset }] of offsets.partitions(topic)) {
      const end = highWatermarkOf(topic, partition);
      const lag = end === undefined ? undefined : Math.max(0, end - offset);
      yield { topic, partition, committedOffset: offset, lag };
    }
  }
}
