import type { Timers } from '../../base/environment.ts';
import type { Admin } from '../../client/admin/admin.ts';
import type { TopicFacts } from '../analysis/session.ts';

/** How often a query that reads to the end commits, and is asked whether it is there. */
export const END_CHECK_MS = 50;

export interface PartitionEnd {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Where what is committed of the partitions of topics ends now; those without a record are left out. */
export async function endsOf(
  admin: Admin,
  topics: ReadonlyMap<string, TopicFacts>,
): Promise<readonly PartitionEnd[]> {
  const partitions = [...topics].flatMap(([topic, facts]) =>
    Array.from({ length: facts.partitions }, (_, partition) => ({ topic, partition })),
  );
  const [begins, ends] = await Promise.all(
    (['earliest', 'latest'] as const).map((spec) =>
      admin.listOffsets(
        partitions.map((partition) => ({ ...partition, spec })),
        { isolationLevel: 'read_committed' },
      ),
    ),
  );
  const beginOf = new Map(
    (begins ?? []).map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]),
  );
  return (ends ?? []).filter(
    ({ topic, partition, offset }) => offset > (beginOf.get(`${topic}/${partition}`) ?? 0),
  );
}

/** Whether a group has committed up to the given offsets. */
export async function hasCommitted(
  admin: Admin,
  groupId: string,
  ends: readonly PartitionEnd[],
): Promise<boolean> {
  const committed = await admin.listConsumerGroupOffsets(groupId);
  return ends.every((end) =>
    committed.some(
      ({ topic, partition, offset }) =>
        topic === end.topic && partition === end.partition && offset >= end.offset,
    ),
  );
}

/** Resolves when a group has committed up to the given offsets, or is told to stop. */
export async function untilCommitted(
  admin: Admin,
  options: {
    readonly groupId: string;
    readonly ends: readonly PartitionEnd[];
    readonly signal: AbortSignal;
    readonly timers: Timers;
  },
): Promise<void> {
  const { groupId, ends, signal, timers } = options;
  for (;;) {
    if (signal.aborted) return;
    if (await hasCommitted(admin, groupId, ends)) return;
    await timers.sleep(END_CHECK_MS, signal).catch(() => undefined);
  }
}
