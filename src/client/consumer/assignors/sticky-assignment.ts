/**
 * The balance that `sticky` and `cooperative-sticky` share (KIP-54, KIP-429): as even as the subscriptions allow, and
 * among the even assignments one that moves few partitions away from their owners.
 */
import { partitionKey } from '../../topic-partitions.ts';
import type { AssignmentMetadata, MemberSubscription, TopicPartition } from '../../types.ts';
import { compareMembers, partitionsOf, subscribedTopics } from './assignment-order.ts';

/** What a member owned, and in which generation it was given it. */
export interface PreviousOwnership {
  readonly partitions: readonly TopicPartition[];
  readonly generationId: number;
}

interface Member {
  readonly memberId: string;
  readonly topics: ReadonlySet<string>;
  readonly partitions: Map<string, TopicPartition>;
}

/** @returns the partitions by member id; every member is in it. */
export function assignSticky(
  metadata: AssignmentMetadata,
  subscriptions: readonly MemberSubscription[],
  previousOf: (subscription: MemberSubscription) => PreviousOwnership,
): Map<string, TopicPartition[]> {
  const all = partitionsOf(metadata, subscribedTopics(metadata, subscriptions));
  const members = subscriptions.toSorted(compareMembers).map(
    (subscription): Member => ({
      memberId: subscription.memberId,
      topics: new Set(subscription.topics),
      partitions: new Map(),
    }),
  );
  keepOwned(all, members, currentOwners(subscriptions, previousOf));
  if (haveEqualTopics(members)) balanceEqual(all, members);
  else balanceUnequal(all, members);
  return new Map(members.map(({ memberId, partitions }) => [memberId, Array.from(partitions.values())]));
}

/**
 * Who owns what, by partition key. A claim of a later generation beats an earlier one; two claims of one generation
 * contradict each other, and neither counts (KAFKA-12984).
 */
function currentOwners(
  subscriptions: readonly MemberSubscription[],
  previousOf: (subscription: MemberSubscription) => PreviousOwnership,
): ReadonlyMap<string, string> {
  const claims = new Map<string, { memberId: string | null; generationId: number }>();
  for (const subscription of subscriptions) {
    const { partitions, generationId } = previousOf(subscription);
    for (const { topic, partition } of partitions) {
      const key = partitionKey(topic, partition);
      const claim = claims.get(key);
      if (claim === undefined || generationId > claim.generationId) {
        claims.set(key, { memberId: subscription.memberId, generationId });
      } else if (generationId === claim.generationId) {
        claim.memberId = null;
      }
    }
  }
  const owners = new Map<string, string>();
  for (const [key, { memberId }] of claims) if (memberId !== null) owners.set(key, memberId);
  return owners;
}

function keepOwned(
  all: readonly TopicPartition[],
  members: readonly Member[],
  owners: ReadonlyMap<string, string>,
): void {
  const byId = new Map(members.map((member) => [member.memberId, member]));
  for (const partition of all) {
    const key = partitionKey(partition.topic, partition.partition);
    const owner = byId.get(owners.get(key) ?? '');
    if (owner?.topics.has(partition.topic) === true) owner.partitions.set(key, partition);
  }
}

function haveEqualTopics(members: readonly Member[]): boolean {
  const first = members[0]?.topics ?? new Set();
  return members.every(({ topics }) => topics.size === first.size && [...topics].every((t) => first.has(t)));
}

/** Every member may have any partition: each ends with the floor or the ceiling of the mean. */
function balanceEqual(all: readonly TopicPartition[], members: readonly Member[]): void {
  if (members.length === 0) return;
  const least = Math.floor(all.length / members.length);
  let withOneMore = all.length % members.length;
  // Those who own most keep the surplus, so that the fewest partitions move.
  for (const member of members.toSorted((a, b) => b.partitions.size - a.partitions.size)) {
    const share = member.partitions.size > least && withOneMore > 0 ? least + 1 : least;
    if (share > least) withOneMore--;
    for (const key of Array.from(member.partitions.keys()).slice(share)) member.partitions.delete(key);
  }
  const waiting = unassigned(all, members);
  let next = 0;
  const deal = (limit: number): void => {
    // One partition per member and turn, so that consecutive partitions spread over the members.
    for (let dealt = true; dealt && next < waiting.length; ) {
      dealt = false;
      for (const member of members) {
        const partition = waiting[next];
        if (partition === undefined) return;
        if (member.partitions.size >= limit) continue;
        give(member, partition);
        next++;
        dealt = true;
      }
    }
  };
  deal(least);
  deal(least + 1);
}

/**
 * Subscriptions differ: first everything is given to the subscriber with least, the hardest to place first, then
 * partitions move from a member to one that has at least two fewer until there is no such pair. Each move lowers the sum
 * of the squared sizes, so that it ends.
 */
function balanceUnequal(all: readonly TopicPartition[], members: readonly Member[]): void {
  const candidates = new Map<string, readonly Member[]>();
  for (const { topic } of all) {
    if (!candidates.has(topic)) {
      candidates.set(
        topic,
        members.filter(({ topics }) => topics.has(topic)),
      );
    }
  }
  const candidatesOf = (partition: TopicPartition): readonly Member[] =>
    candidates.get(partition.topic) ?? [];
  const byChoice = (a: TopicPartition, b: TopicPartition): number =>
    candidatesOf(a).length - candidatesOf(b).length;

  for (const partition of unassigned(all, members).toSorted(byChoice)) {
    const taker = leastLoaded(candidatesOf(partition));
    if (taker !== undefined) give(taker, partition);
  }
  for (let moved = true; moved; ) {
    moved = false;
    for (const member of members.toSorted((a, b) => b.partitions.size - a.partitions.size)) {
      for (const [key, partition] of Array.from(member.partitions)) {
        const taker = leastLoaded(candidatesOf(partition));
        if (taker === undefined || taker.partitions.size + 1 >= member.partitions.size) continue;
        member.partitions.delete(key);
        give(taker, partition);
        moved = true;
      }
    }
  }
}

function unassigned(all: readonly TopicPartition[], members: readonly Member[]): TopicPartition[] {
  const taken = new Set<string>();
  for (const { partitions } of members) for (const key of partitions.keys()) taken.add(key);
  return all.filter(({ topic, partition }) => !taken.has(partitionKey(topic, partition)));
}

function leastLoaded(members: readonly Member[]): Member | undefined {
  let least = members[0];
  for (const member of members) {
    if (least !== undefined && member.partitions.size < least.partitions.size) least = member;
  }
  return least;
}

function give(member: Member, partition: TopicPartition): void {
  member.partitions.set(partitionKey(partition.topic, partition.partition), partition);
}
