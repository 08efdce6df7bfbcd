import type { Environment } from '../../../src/base/environment.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { ClassicGroup } from './classic-group.ts';
import type { ClassicMember } from './classic-member.ts';
import type { GroupConfig } from './group-config.ts';
import type { GroupJournal } from './group-journal.ts';
import { joinError, syncError, type JoinResult, type SyncResult } from './group-results.ts';
import { MemberSessions } from './member-sessions.ts';

interface RebalancerOptions {
  readonly environment: Pick<Environment, 'clock' | 'timers'>;
  readonly journal: GroupJournal;
  readonly config: GroupConfig;
  readonly onError: (error: unknown) => void;
}

/**
 * Takes groups through their rebalances: all members join, the next generation begins, the leader's assignment is
 * written and handed out.
 *
 * The first rebalance of an empty group waits `group.initial.rebalance.delay.ms` for more members, and again as long
 * as some come, up to the rebalance timeout. Later ones wait until all known members have joined or the longest of
 * their rebalance timeouts has passed; then dynamic members that did not join are removed, static ones stay (KIP-345).
 */
export class Rebalancer {
  readonly sessions: MemberSessions;
  readonly #environment: Pick<Environment, 'clock' | 'timers'>;
  readonly #journal: GroupJournal;
  readonly #config: GroupConfig;
  /** For what fails where no request can be told of it. */
  readonly reportError: (error: unknown) => void;

  constructor(options: RebalancerOptions) {
    this.#environment = options.environment;
    this.#journal = options.journal;
    this.#config = options.config;
    this.reportError = options.onError;
    this.sessions = new MemberSessions(options.environment, (group, member) =>
      this.removeMember(group, member),
    );
  }

  get #nowMs(): number {
    return this.#environment.clock.nowMs();
  }

  /** Starts a rebalance, unless one is in its joining phase already. */
  maybePrepare(group: ClassicGroup): void {
    if (group.canRebalance) this.#prepare(group);
  }

  #prepare(group: ClassicGroup): void {
    if (group.is('CompletingRebalance')) this.#abandonAssignment(group, ErrorCode.REBALANCE_IN_PROGRESS);
    this.stopSyncTimer(group);
    const fromEmpty = group.is('Empty');
    group.transitionTo('PreparingRebalance', this.#nowMs);
    if (fromEmpty) {
      const delayMs = this.#config.initialRebalanceDelayMs;
      this.#startInitialDelay(group, delayMs, Math.max(group.rebalanceTimeoutMs - delayMs, 0));
    } else {
      this.#waitForJoins(group);
    }
  }

  #startInitialDelay(group: ClassicGroup, delayMs: number, remainingMs: number): void {
    group.isInitialDelay = true;
    group.joinTimer = this.#environment.timers.after(delayMs, () => {
      group.joinTimer = null;
      if (group.newMemberAdded && remainingMs > 0) {
        group.newMemberAdded = false;
        const nextMs = Math.min(this.#config.initialRebalanceDelayMs, remainingMs);
        this.#startInitialDelay(group, nextMs, remainingMs - nextMs);
        return;
      }
      group.isInitialDelay = false;
      this.#completeJoin(group);
    });
  }

  #waitForJoins(group: ClassicGroup): void {
    if (group.hasAllMembersJoined) {
      this.#completeJoin(group);
      return;
    }
    group.joinTimer = this.#environment.timers.after(group.rebalanceTimeoutMs, () => {
      group.joinTimer = null;
      this.#completeJoin(group);
    });
  }

  /** Ends the joining phase if nobody is missing any more. */
  checkJoins(group: ClassicGroup): void {
    if (!group.is('PreparingRebalance') || group.isInitialDelay || !group.hasAllMembersJoined) return;
    this.stopJoinTimer(group);
    this.#completeJoin(group);
  }

  #completeJoin(group: ClassicGroup): void {
    if (group.is('Dead')) return;
    for (const member of group.members.values()) {
      if (member.awaitingJoin !== null || member.groupInstanceId !== null) continue;
      this.sessions.stop(member);
      group.remove(member.memberId);
    }
    if (group.members.size > 0 && !group.electJoinedLeader()) {
      // Only static members are left and none has joined: wait on, until sessions remove them.
      this.#waitForJoins(group);
      return;
    }
    group.initNextGeneration(this.#nowMs);
    if (group.is('Empty')) this.#writeEmptied(group);
    else this.#answerJoins(group);
  }

  #writeEmptied(group: ClassicGroup): void {
    // Nobody waits for it, and if it is lost, a reload finds members whose sessions then expire.
    this.#journal.writeGroup(group).catch(this.reportError);
  }

  #answerJoins(group: ClassicGroup): void {
    for (const member of group.members.values()) {
      this.answerJoin(member, group.joinResult(member.memberId));
      this.sessions.extend(group, member);
      member.isNew = false;
      group.pendingSyncMembers.add(member.memberId);
    }
    group.syncTimer = this.#environment.timers.after(group.rebalanceTimeoutMs, () => {
      group.syncTimer = null;
      this.#expireSyncs(group);
    });
  }

  /** Members that joined but never asked for their assignment hold partitions that nobody reads: they go. */
  #expireSyncs(group: ClassicGroup): void {
    if (group.pendingSyncMembers.size === 0) return;
    if (!group.is('CompletingRebalance') && !group.is('Stable')) return;
    for (const memberId of group.pendingSyncMembers) {
      const member = group.members.get(memberId);
      if (member !== undefined) this.sessions.stop(member);
      group.remove(memberId);
    }
    this.maybePrepare(group);
  }

  /** Answers the join of a member that waits for it. */
  answerJoin(member: ClassicMember, result: JoinResult): void {
    const answer = member.awaitingJoin;
    member.awaitingJoin = null;
    answer?.(result);
  }

  /** The leader has sent the assignment: it is written, then handed out, if the generation is still the same. */
  async assign(group: ClassicGroup, assignments: ReadonlyMap<string, Buffer>): Promise<void> {
    const generation = group.generationId;
    const errorCode = await this.#journal.writeGroup(group, assignments);
    if (!group.is('CompletingRebalance') || group.generationId !== generation) return;
    if (errorCode !== ErrorCode.NONE) {
      this.#abandonAssignment(group, errorCode);
      this.maybePrepare(group);
      return;
    }
    group.transitionTo('Stable', this.#nowMs);
    for (const member of group.members.values()) {
      member.assignment = assignments.get(member.memberId) ?? Buffer.alloc(0);
      this.#answerSync(group, member, this.syncResult(group, member));
    }
  }

  syncResult(group: ClassicGroup, member: ClassicMember): SyncResult {
    return {
      errorCode: ErrorCode.NONE,
      protocolType: group.protocolType,
      protocolName: group.protocolName,
      assignment: member.assignment,
    };
  }

  #answerSync(group: ClassicGroup, member: ClassicMember, result: SyncResult): void {
    const answer = member.awaitingSync;
    if (answer === null) return;
    member.awaitingSync = null;
    answer(result);
    // A session that ended while the member waited was passed over: from here on it counts again.
    this.sessions.extend(group, member);
  }

  #abandonAssignment(group: ClassicGroup, errorCode: number): void {
    for (const member of group.members.values()) {
      member.assignment = Buffer.alloc(0);
      this.#answerSync(group, member, syncError(errorCode));
    }
  }

  /** A member has asked for its assignment; when all have, nobody is to be removed for not doing so. */
  syncReceived(group: ClassicGroup, memberId: string): void {
    group.pendingSyncMembers.delete(memberId);
    if (group.pendingSyncMembers.size === 0) this.stopSyncTimer(group);
  }

  /** Tells the sync that waits under a static member's former id that it is fenced. */
  fenceSync(member: ClassicMember): void {
    const answer = member.awaitingSync;
    member.awaitingSync = null;
    answer?.(syncError(ErrorCode.FENCED_INSTANCE_ID));
  }

  /** A member has left or its session has expired. */
  removeMember(group: ClassicGroup, member: ClassicMember): void {
    this.answerJoin(member, joinError(ErrorCode.UNKNOWN_MEMBER_ID));
    this.#answerSync(group, member, syncError(ErrorCode.UNKNOWN_MEMBER_ID));
    this.sessions.stop(member);
    group.remove(member.memberId);
    if (group.is('Stable') || group.is('CompletingRebalance')) this.maybePrepare(group);
    else this.checkJoins(group);
  }

  /** A member that was given an id and never used it is forgotten. */
  removePending(group: ClassicGroup, memberId: string): void {
    group.removePending(memberId);
    this.checkJoins(group);
  }

  /** The group is not ours any more: whoever waits is told so, and all timers end. */
  abandon(group: ClassicGroup, errorCode: number): void {
    this.stopJoinTimer(group);
    this.stopSyncTimer(group);
    for (const memberId of group.pendingMembers.keys()) group.removePending(memberId);
    group.transitionTo('Dead', this.#nowMs);
    for (const member of group.members.values()) {
      this.answerJoin(member, joinError(errorCode));
      const sync = member.awaitingSync;
      member.awaitingSync = null;
      sync?.(syncError(errorCode));
      this.sessions.stop(member);
    }
  }

  stopJoinTimer(group: ClassicGroup): void {
    group.joinTimer?.cancel();
    group.joinTimer = null;
    group.isInitialDelay = false;
  }

  stopSyncTimer(group: ClassicGroup): void {
    group.syncTimer?.cancel();
    group.syncTimer = null;
  }
}
