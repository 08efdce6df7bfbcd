import { assert, assertDefined } from '../../../src/base/assert.ts';
import type { Timer } from '../../../src/base/environment.ts';
import { decodeVersioned } from '../../../src/protocol/codec.ts';
import { ProtocolError } from '../../../src/protocol/protocol-error.ts';
import type { ClassicMember } from './classic-member.ts';
import { CommittedOffsets } from './committed-offsets.ts';
import type { JoinedMember, JoinResult } from './group-results.ts';
import { subscribedTopicsSchema } from './subscribed-topics-schema.ts';

/** The states of a classic group, under the names that DescribeGroups and ListGroups answer. */
type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead';

const PREDECESSORS: Readonly<Record<GroupState, readonly GroupState[]>> = {
  Empty: ['PreparingRebalance'],
  PreparingRebalance: ['Stable', 'CompletingRebalance', 'Empty'],
  CompletingRebalance: ['PreparingRebalance'],
  Stable: ['CompletingRebalance'],
  Dead: ['Stable', 'PreparingRebalance', 'CompletingRebalance', 'Empty', 'Dead'],
};

/** The protocol type of Kafka's consumers; of other types, the coordinator knows nothing of the metadata. */
const CONSUMER_PROTOCOL_TYPE = 'consumer';

/**
 * A classic group: members, generation, the chosen protocol, committed offsets. It knows the rules of membership but
 * neither timers nor the log; those are `rebalance.ts` and `group-journal.ts`.
 *
 * A group without a protocol type is one of a "simple" consumer, which only keeps offsets.
 */
export class ClassicGroup {
  readonly groupId: string;
  readonly offsets: CommittedOffsets;
  generationId = 0;
  protocolType: string | null = null;
  protocolName: string | null = null;
  leaderId: string | null = null;
  /** When the group entered its state, in wall-clock time; undefined in records of old versions. */
  stateTimestampMs: number | undefined;
  /** Topics of all members; null where they are not known, because the metadata cannot be read. */
  subscribedTopics: ReadonlySet<string> | null = null;
  /** In the order of joining. */
  readonly members = new Map<string, ClassicMember>();
  /** Members that were given an id and have not joined with it yet, with the timers that forget them. */
  readonly pendingMembers = new Map<string, Timer>();
  /** Members that have not sent their sync in this generation. */
  readonly pendingSyncMembers = new Set<string>();
  /** True when somebody joined during the initial delay, which is then prolonged. */
  newMemberAdded = false;
  /** Ends the wait for members to join, and to sync. */
  joinTimer: Timer | null = null;
  /** Whether {@link joinTimer} is the initial delay, which nothing but time completes. */
  isInitialDelay = false;
  syncTimer: Timer | null = null;
  #state: GroupState = 'Empty';
  #previousState: GroupState = 'Empty';
  readonly #staticMembers = new Map<string, string>();

  constructor(groupId: string, createdMs: number | undefined, offsets = new CommittedOffsets()) {
    this.groupId = groupId;
    this.offsets = offsets;
    this.stateTimestampMs = createdMs;
  }

  get state(): GroupState {
    return this.#state;
  }

  get previousState(): GroupState {
    return this.#previousState;
  }

  is(state: GroupState): boolean {
    return this.#state === state;
  }

  transitionTo(state: GroupState, nowMs: number): void {
    assert(PREDECESSORS[state].includes(this.#state), `a group does not go from ${this.#state} to ${state}`);
    const isEmpty = this.members.size === 0;
    assert(state !== 'Empty' || isEmpty, 'an empty group has no members');
    assert(
      (state !== 'CompletingRebalance' && state !== 'Stable') || !isEmpty,
      `a ${state} group has members`,
    );
    this.#previousState = this.#state;
    this.#state = state;
    this.stateTimestampMs = nowMs;
  }

  /** Takes the state that a record of the log implies. */
  restore(state: 'Empty' | 'Stable', timestampMs: number | undefined): void {
    this.#previousState = 'Empty';
    this.#state = state;
    this.stateTimestampMs = timestampMs;
  }

  get canRebalance(): boolean {
    return PREDECESSORS.PreparingRebalance.includes(this.#state);
  }

  get isConsumerGroup(): boolean {
    return this.protocolType === CONSUMER_PROTOCOL_TYPE;
  }

  /** The longest that a member may take to join again. */
  get rebalanceTimeoutMs(): number {
    let max = 0;
    for (const member of this.members.values()) max = Math.max(max, member.rebalanceTimeoutMs);
    return max;
  }

  get membersAwaitingJoin(): number {
    let count = 0;
    for (const member of this.members.values()) if (member.awaitingJoin !== null) count++;
    return count;
  }

  get hasAllMembersJoined(): boolean {
    return this.pendingMembers.size === 0 && this.membersAwaitingJoin === this.members.size;
  }

  isLeader(memberId: string): boolean {
    return this.leaderId === memberId;
  }

  staticMemberId(groupInstanceId: string): string | undefined {
    return this.#staticMembers.get(groupInstanceId);
  }

  member(memberId: string): ClassicMember {
    return assertDefined(this.members.get(memberId), `the group has the member ${memberId}`);
  }

  add(member: ClassicMember, protocolType: string): void {
    if (this.members.size === 0) this.protocolType = protocolType;
    this.leaderId ??= member.memberId;
    this.members.set(member.memberId, member);
    if (member.groupInstanceId !== null) this.#staticMembers.set(member.groupInstanceId, member.memberId);
    this.removePending(member.memberId);
  }

  remove(memberId: string): void {
    const member = this.members.get(memberId);
    if (member === undefined) return;
    this.members.delete(memberId);
    this.pendingSyncMembers.delete(memberId);
    if (member.groupInstanceId !== null && this.#staticMembers.get(member.groupInstanceId) === memberId) {
      this.#staticMembers.delete(member.groupInstanceId);
    }
    if (!this.isLeader(memberId)) return;
    const [next] = this.members.keys();
    this.leaderId = next ?? null;
  }

  removePending(memberId: string): boolean {
    const timer = this.pendingMembers.get(memberId);
    if (timer === undefined) return false;
    timer.cancel();
    return this.pendingMembers.delete(memberId);
  }

  /** Gives a static member a new id; who still uses the old one is fenced (KIP-345). Its place in the order stays. */
  replaceStaticMember(groupInstanceId: string, oldMemberId: string, newMemberId: string): ClassicMember {
    const member = this.member(oldMemberId);
    const order = [...this.members.values()];
    this.members.clear();
    member.memberId = newMemberId;
    for (const each of order) this.members.set(each.memberId, each);
    if (this.isLeader(oldMemberId)) this.leaderId = newMemberId;
    if (this.pendingSyncMembers.delete(oldMemberId)) this.pendingSyncMembers.add(newMemberId);
    this.#staticMembers.set(groupInstanceId, newMemberId);
    return member;
  }

  /** Whether a member with these protocols can be part of the group: one of them must be supported by all others. */
  supportsProtocols(protocolType: string, names: readonly string[]): boolean {
    if (this.members.size === 0) return protocolType !== '' && names.length > 0;
    if (protocolType !== this.protocolType) return false;
    const common = this.candidateProtocols();
    return names.some((name) => common.has(name));
  }

  /** Protocols that all members support. */
  candidateProtocols(): ReadonlySet<string> {
    let common: Set<string> | undefined;
    for (const member of this.members.values()) {
      const names = new Set(member.protocols.map((protocol) => protocol.name));
      if (common === undefined) common = names;
      else for (const name of common) if (!names.has(name)) common.delete(name);
    }
    return common ?? new Set();
  }

  /** Each member votes for the first candidate of its list; the most votes win, the first counted among equals. */
  selectProtocol(): string {
    const candidates = this.candidateProtocols();
    const votes = new Map<string, number>();
    for (const member of this.members.values()) {
      const vote = assertDefined(member.vote(candidates), 'members of a group have a protocol in common');
      votes.set(vote, (votes.get(vote) ?? 0) + 1);
    }
    let winner: string | undefined;
    let most = 0;
    for (const [name, count] of votes) {
      if (count > most) {
        winner = name;
        most = count;
      }
    }
    return assertDefined(winner, 'a group that selects a protocol has members');
  }

  /** Begins the next generation with those who have joined. */
  initNextGeneration(nowMs: number): void {
    this.generationId = this.generationId === 0x7fffffff ? 0 : this.generationId + 1;
    const isEmpty = this.members.size === 0;
    this.protocolName = isEmpty ? null : this.selectProtocol();
    this.updateSubscribedTopics();
    this.pendingSyncMembers.clear();
    this.transitionTo(isEmpty ? 'Empty' : 'CompletingRebalance', nowMs);
  }

  /** Reads the topics out of the members' metadata, where the group is one of Kafka's consumers. */
  updateSubscribedTopics(): void {
    this.subscribedTopics = this.#subscribedTopics();
  }

  #subscribedTopics(): ReadonlySet<string> | null {
    if (!this.isConsumerGroup || this.protocolName === null) return null;
    const topics = new Set<string>();
    try {
      for (const member of this.members.values()) {
        const metadata = member.metadata(this.protocolName);
        // Whatever follows the topics, clients of other languages have their own idea of it.
        const subscription = decodeVersioned(subscribedTopicsSchema, metadata, { lenient: true });
        for (const topic of subscription.topics) topics.add(topic);
      }
    } catch (error) {
      // The protocol type says "consumer", the metadata is something else: nothing can be said of its topics.
      if (error instanceof ProtocolError) return null;
      throw error;
    }
    return topics;
  }

  /** Where the topics of a consumer group with members are not known, all count as subscribed. */
  isSubscribedTo(topic: string): boolean {
    if (this.members.size === 0) return false;
    return this.subscribedTopics?.has(topic) ?? this.isConsumerGroup;
  }

  /** Makes a member that has joined the leader, unless the leader has; false when nobody has. */
  electJoinedLeader(): boolean {
    if (this.leaderId === null) return false;
    if (this.member(this.leaderId).awaitingJoin !== null) return true;
    for (const member of this.members.values()) {
      if (member.awaitingJoin === null) continue;
      this.leaderId = member.memberId;
      return true;
    }
    return false;
  }

  /** What the leader is told of the members. */
  joinedMembers(): readonly JoinedMember[] {
    return [...this.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      metadata: member.metadata(this.protocolName),
    }));
  }

  /** The answer to a member that is part of the current generation. */
  joinResult(memberId: string): JoinResult {
    return {
      errorCode: 0,
      memberId,
      generationId: this.generationId,
      protocolType: this.protocolType,
      protocolName: this.protocolName,
      leader: this.leaderId ?? '',
      skipAssignment: false,
      members: this.isLeader(memberId) ? this.joinedMembers() : [],
    };
  }
}
