import { expect } from 'vitest';
import type {
  AssignmentMetadata,
  ConsumerAssignor,
  MemberSubscription,
  TopicPartition,
} from '../../../src/client/index.ts';
import { Serdes, StreamsBuilder, type Topology } from '../../../src/streams/index.ts';
import { taskAssignors } from '../../../src/streams/runtime/task-assignor.ts';
import type { TaskAssignorOptions } from '../../../src/streams/runtime/task-assignor-options.ts';
import { planTopics } from '../../../src/streams/runtime/topic-plan.ts';

export const PARTITIONS = 2;
export const metadata: AssignmentMetadata = {
  partitionCount: () => PARTITIONS,
  partitions: () => [],
  rackOf: () => null,
};
export const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

/** Copies these topics into `out`, each by a sub-topology of its own. */
export function copyTopology(topics: readonly string[]): Topology {
  const builder = new StreamsBuilder();
  for (const topic of topics) builder.stream(topic, strings).to(`${topic}-copy`, strings);
  return builder.build();
}

/** Counts the records of each of these topics. */
export function countTopology(topics: readonly string[]): Topology {
  const builder = new StreamsBuilder();
  for (const topic of topics)
    builder
      .stream(topic, strings)
      .groupByKey(strings)
      .count({ storeName: `count-${topic}`, keySerde: Serdes.string });
  return builder.build();
}

/** A member of a group, without a broker. */
export class TestMember {
  readonly memberId: string;
  readonly assignors: readonly ConsumerAssignor[];
  readonly topics: readonly string[];
  readonly told: string[] = [];
  readonly ends: string[] = [];
  readonly rejoins: ('now' | number | undefined)[] = [];
  readonly sums = new Map<string, number>();
  owned: readonly TopicPartition[] = [];
  generationId = -1;

  constructor(
    memberId: string,
    topology: Topology,
    topics: readonly string[],
    {
      partitions = PARTITIONS,
      ...options
    }: Partial<TaskAssignorOptions> & { readonly partitions?: number } = {},
  ) {
    this.memberId = memberId;
    this.topics = topics;
    this.assignors = taskAssignors({
      applicationId: 'app',
      topology,
      tasks: planTopics(topology, 'app', new Map(topics.map((topic) => [topic, partitions]))).tasks,
      processId: () => Buffer.from(memberId.padEnd(16, '.')).toString('base64url'),
      userEndPoint: '',
      standbyReplicas: 0,
      warmupReplicasMax: 2,
      probingRebalanceIntervalMs: 600_000,
      nowMs: () => 1_000,
      instance: undefined,
      taskOffsetSums: () => this.sums,
      endOffsets: (of) => Promise.resolve(of.map((each) => ({ ...each, offset: 100_000 }))),
      acceptableRecoveryLag: 10_000,
      onDifferences: (differences) => this.told.push(...differences),
      onEnd: (error) => this.ends.push(error.code),
      onRejoin: (at) => this.rejoins.push(at),
      ...options,
    });
  }

  subscription(protocol = 0): MemberSubscription {
    const { memberId, topics, owned: ownedPartitions, generationId } = this;
    const userData = this.assignors[protocol]?.subscriptionUserData?.(topics) ?? null;
    return { memberId, topics, userData, ownedPartitions, generationId, groupInstanceId: null, rackId: null };
  }

  get names(): readonly string[] {
    return this.owned.map(({ topic, partition }) => `${topic}-${partition}`).sort();
  }
}

export const key = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`;

/**
 * One rebalance, led by the first member: each revokes what it is not given any more, then takes what is new. Answers
 * whether anybody has revoked something, and with it asks for another rebalance.
 */
export async function rebalance(
  members: readonly TestMember[],
  { protocol = 0, generationId = 1 } = {},
): Promise<boolean> {
  const leader = members[0]?.assignors[protocol];
  const subscriptions = members.map((member) => member.subscription(protocol));
  const assigned = (await leader?.assign(metadata, subscriptions)) ?? new Map();
  const before = new Map(
    members.flatMap((member) => member.owned.map((each) => [key(each), member] as const)),
  );
  let hasRevoked = false;
  for (const member of members) {
    const mine = assigned.get(member.memberId) ?? { partitions: [] };
    for (const partition of mine.partitions) {
      const holder = before.get(key(partition));
      // Nothing is ever given to somebody while another has it.
      if (holder !== undefined) expect(holder.memberId).toBe(member.memberId);
    }
    const given = new Set(mine.partitions.map(key));
    hasRevoked ||= member.owned.some((partition) => !given.has(key(partition)));
    member.assignors[protocol]?.onAssignment?.(mine, {
      groupId: 'app',
      generationId,
      memberId: member.memberId,
      groupInstanceId: null,
    });
    member.owned = mine.partitions;
    member.generationId = generationId;
  }
  return hasRevoked;
}

/** Rebalances until nobody asks for more; answers how many times. */
export async function settle(members: readonly TestMember[], generation: { id: number }): Promise<number> {
  for (let rounds = 1; ; rounds++) {
    if (!(await rebalance(members, { generationId: ++generation.id }))) return rounds;
    if (rounds > 3) throw new Error('the group does not come to rest');
  }
}
