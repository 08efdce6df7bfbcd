import type { Environment } from '../../../src/base/environment.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { ClassicGroup } from './classic-group.ts';
import { ClassicMember, type MemberProtocol } from './classic-member.ts';
import type { GroupConfig } from './group-config.ts';
import type { GroupJournal } from './group-journal.ts';
import { joinError, type JoinResult } from './group-results.ts';
import { newMemberId } from './member-id.ts';
import { NEW_MEMBER_JOIN_TIMEOUT_MS } from './member-sessions.ts';
import { memberError } from './membership-checks.ts';
import type { Rebalancer } from './rebalance.ts';

/** A join, free of versions. */
export interface Join {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  readonly protocolType: string;
  readonly protocols: readonly MemberProtocol[];
  /** Version 4 and later: a dynamic member without an id gets one, and joins when it asks again with it (KIP-394). */
  readonly requireKnownMemberId: boolean;
  /** Version 9 and later: a static leader can be told that the assignment stands (KIP-814). */
  readonly supportsSkippingAssignment: boolean;
}

type Answer = (result: JoinResult) => void;

/** How members join a classic group. */
export class GroupJoiner {
  readonly #environment: Pick<Environment, 'timers' | 'random'>;
  readonly #rebalancer: Rebalancer;
  readonly #journal: GroupJournal;
  readonly #config: GroupConfig;

  constructor(options: {
    readonly environment: Pick<Environment, 'timers' | 'random'>;
    readonly rebalancer: Rebalancer;
    readonly journal: GroupJournal;
    readonly config: GroupConfig;
  }) {
    this.#environment = options.environment;
    this.#rebalancer = options.rebalancer;
    this.#journal = options.journal;
    this.#config = options.config;
  }

  /** Answers at once or when the group has rebalanced. */
  join(group: ClassicGroup, join: Join, answer: Answer): void {
    const names = join.protocols.map((protocol) => protocol.name);
    if (!this.#accepts(group, join.memberId)) {
      group.remove(join.memberId);
      answer(joinError(ErrorCode.GROUP_MAX_SIZE_REACHED));
    } else if (!group.supportsProtocols(join.protocolType, names)) {
      answer(joinError(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, join.memberId));
    } else if (join.memberId === '') {
      this.#joinNew(group, join, answer);
    } else {
      this.#joinKnown(group, join, answer);
    }
    this.#rebalancer.checkJoins(group);
  }

  #accepts(group: ClassicGroup, memberId: string): boolean {
    const max = this.#config.groupSizeMax;
    switch (group.state) {
      case 'Empty':
      case 'Dead':
        return true;
      case 'PreparingRebalance':
        return (
          (group.members.get(memberId)?.awaitingJoin ?? null) !== null || group.membersAwaitingJoin < max
        );
      case 'CompletingRebalance':
      case 'Stable':
        return group.members.has(memberId) || group.members.size < max;
    }
  }

  #joinNew(group: ClassicGroup, join: Join, answer: Answer): void {
    const { groupInstanceId } = join;
    const memberId = newMemberId(groupInstanceId ?? join.clientId, this.#environment.random);
    const former = groupInstanceId === null ? undefined : group.staticMemberId(groupInstanceId);
    if (groupInstanceId !== null && former !== undefined) {
      this.#replaceStatic(group, join, { groupInstanceId, former, memberId, answer });
    } else if (groupInstanceId === null && join.requireKnownMemberId) {
      const timer = this.#environment.timers.after(join.sessionTimeoutMs, () =>
        this.#rebalancer.removePending(group, memberId),
      );
      group.pendingMembers.set(memberId, timer);
      answer(joinError(ErrorCode.MEMBER_ID_REQUIRED, memberId));
    } else {
      this.#add(group, join, memberId, answer);
    }
  }

  #joinKnown(group: ClassicGroup, join: Join, answer: Answer): void {
    const { memberId } = join;
    if (group.pendingMembers.has(memberId)) {
      // A static member never waits to be told its id; one that says so has mixed two members up.
      if (join.groupInstanceId === null) this.#add(group, join, memberId, answer);
      else answer(joinError(ErrorCode.UNKNOWN_MEMBER_ID, memberId));
      return;
    }
    const error = memberError(group, memberId, join.groupInstanceId);
    if (error !== ErrorCode.NONE) {
      answer(joinError(error, memberId));
      return;
    }
    const member = group.member(memberId);
    if (this.#mustRebalance(group, member, join)) {
      this.#update(member, join, answer);
      this.#rebalancer.maybePrepare(group);
    } else if (group.is('CompletingRebalance')) {
      // The first answer may have been lost: the member learns the generation again.
      answer(group.joinResult(memberId));
    } else {
      answer({ ...group.joinResult(memberId), members: [] });
    }
  }

  /** In Stable, the leader joins again because it saw a change that only it can see, such as new partitions. */
  #mustRebalance(group: ClassicGroup, member: ClassicMember, join: Join): boolean {
    switch (group.state) {
      case 'Stable':
        return group.isLeader(member.memberId) || !member.matches(join.protocols);
      case 'CompletingRebalance':
        return !member.matches(join.protocols);
      default:
        return true;
    }
  }

  #add(group: ClassicGroup, join: Join, memberId: string, answer: Answer): void {
    const member = new ClassicMember({ ...join, memberId });
    member.isNew = true;
    member.awaitingJoin = answer;
    if (group.is('PreparingRebalance') && group.previousState === 'Empty') group.newMemberAdded = true;
    group.add(member, join.protocolType);
    // It cannot send heartbeats before it is answered, so that its session is that of the join.
    this.#rebalancer.sessions.extend(group, member, NEW_MEMBER_JOIN_TIMEOUT_MS);
    this.#rebalancer.maybePrepare(group);
  }

  #update(member: ClassicMember, join: Join, answer: Answer): void {
    // A second join of the same member, on another connection: the first is told that there is a newer one.
    this.#rebalancer.answerJoin(member, joinError(ErrorCode.REBALANCE_IN_PROGRESS, member.memberId));
    member.protocols = join.protocols;
    member.rebalanceTimeoutMs = join.rebalanceTimeoutMs;
    member.sessionTimeoutMs = join.sessionTimeoutMs;
    member.awaitingJoin = answer;
  }

  /** A static member that has restarted takes over from its former self, which is fenced (KIP-345). */
  #replaceStatic(
    group: ClassicGroup,
    join: Join,
    to: {
      readonly groupInstanceId: string;
      readonly former: string;
      readonly memberId: string;
      readonly answer: Answer;
    },
  ): void {
    const formerLeader = group.leaderId;
    const member = group.member(to.former);
    this.#rebalancer.answerJoin(member, joinError(ErrorCode.FENCED_INSTANCE_ID, to.former));
    this.#rebalancer.fenceSync(member);
    const before = {
      protocols: member.protocols,
      rebalanceTimeoutMs: member.rebalanceTimeoutMs,
      sessionTimeoutMs: member.sessionTimeoutMs,
    };
    group.replaceStaticMember(to.groupInstanceId, to.former, to.memberId);
    this.#update(member, join, to.answer);
    this.#rebalancer.sessions.extend(group, member);
    // Metadata may differ: what a cooperative or Streams member tells of itself does after every restart. A change of
    // its topics is for the leader to see.
    const isUnchanged = group.is('Stable') && group.selectProtocol() === group.protocolName;
    if (!isUnchanged) {
      this.#rebalancer.maybePrepare(group);
      return;
    }
    void this.#journal.writeGroup(group).then((errorCode) => {
      if (group.members.get(to.memberId) !== member || !group.is('Stable')) return;
      if (errorCode === ErrorCode.NONE) {
        const result = this.#unchangedResult(group, member, join, formerLeader);
        this.#rebalancer.answerJoin(member, result);
        return;
      }
      member.protocols = before.protocols;
      member.rebalanceTimeoutMs = before.rebalanceTimeoutMs;
      member.sessionTimeoutMs = before.sessionTimeoutMs;
      group.replaceStaticMember(to.groupInstanceId, to.memberId, to.former);
      this.#rebalancer.answerJoin(member, joinError(errorCode));
      this.#rebalancer.sessions.extend(group, member);
    }, this.#rebalancer.reportError);
  }

  /**
   * The generation stands. A leader that understands it is told to skip the assignment; an older one is told the
   * leader's former id, so that it does not take itself for the leader: what it assigned would reach nobody.
   */
  #unchangedResult(
    group: ClassicGroup,
    member: ClassicMember,
    join: Join,
    formerLeader: string | null,
  ): JoinResult {
    const result = group.joinResult(member.memberId);
    if (join.supportsSkippingAssignment)
      return { ...result, skipAssignment: group.isLeader(member.memberId) };
    return { ...result, leader: formerLeader ?? '', members: [] };
  }
}
