import type { Environment } from '../../../src/base/environment.ts';
import type { ClassicGroup } from './classic-group.ts';
import type { ClassicMember } from './classic-member.ts';

/** A new member that waits for its first join to be answered is forgotten after this time: it may have given up. */
export const NEW_MEMBER_JOIN_TIMEOUT_MS = 5 * 60_000;

/**
 * Watches over the sessions of members. A heartbeat only moves the end of the session; one timer per member looks, when
 * it fires, whether the end has come, and goes on if not.
 */
export class MemberSessions {
  readonly #environment: Pick<Environment, 'clock' | 'timers'>;
  readonly #onExpired: (group: ClassicGroup, member: ClassicMember) => void;

  constructor(
    environment: Pick<Environment, 'clock' | 'timers'>,
    onExpired: (group: ClassicGroup, member: ClassicMember) => void,
  ) {
    this.#environment = environment;
    this.#onExpired = onExpired;
  }

  /** The member was heard of: its session ends `timeoutMs` from now. */
  extend(group: ClassicGroup, member: ClassicMember, timeoutMs: number = member.sessionTimeoutMs): void {
    const endsMs = this.#environment.clock.monotonicMs() + timeoutMs;
    const isEarlier = endsMs < member.sessionEndsMs;
    member.sessionEndsMs = endsMs;
    // A timer that fires later than the new end would come too late; one that fires earlier looks again.
    if (isEarlier) this.stop(member);
    if (member.sessionTimer === null) this.#arm(group, member, timeoutMs);
  }

  stop(member: ClassicMember): void {
    member.sessionTimer?.cancel();
    member.sessionTimer = null;
  }

  #arm(group: ClassicGroup, member: ClassicMember, delayMs: number): void {
    member.sessionTimer = this.#environment.timers.after(delayMs, () => {
      member.sessionTimer = null;
      const leftMs = member.sessionEndsMs - this.#environment.clock.monotonicMs();
      if (leftMs > 0) this.#arm(group, member, leftMs);
      else if (group.members.get(member.memberId) === member) this.#ended(group, member);
    });
  }

  /** A member that waits for the coordinator is not to blame for its silence, unless it is new and may be gone. */
  #ended(group: ClassicGroup, member: ClassicMember): void {
    const isWaiting = member.awaitingJoin !== null || member.awaitingSync !== null;
    if (isWaiting && !member.isNew) this.#arm(group, member, member.sessionTimeoutMs);
    else this.#onExpired(group, member);
  }
}
