import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { Violate } from './violation.ts';

export const BATON_GROUP = 'baton';

/** A member of one generation. */
export interface Membership {
  readonly memberId: string;
  readonly generationId: number;
}

/** An offset that was read back. */
export interface ReadBack {
  readonly offset: number;
  /** What was acknowledged before the question. */
  readonly floor: number;
}

/** What all members of the group have seen together. */
export class BatonBook {
  readonly #violate: Violate;
  /** Who was given the baton, by generation. */
  readonly #holders = new Map<number, string>();
  /** The latest generation of which somebody was told its assignment: it is written and stays. */
  latest = -1;
  sent = 0;
  acknowledged = 0;
  /** Commits of earlier generations that were refused. */
  refused = 0;

  constructor(violate: Violate) {
    this.#violate = violate;
  }

  onAssignment({ memberId, generationId }: Membership, hasBaton: boolean): void {
    this.latest = Math.max(this.latest, generationId);
    if (!hasBaton) return;
    const other = this.#holders.get(generationId) ?? memberId;
    if (other !== memberId)
      this.#violate(
        'two-holders',
        `${other} and ${memberId} were both given the baton in generation ${generationId}`,
      );
    this.#holders.set(generationId, memberId);
  }

  onRead({ offset, floor }: ReadBack): void {
    if (offset >= floor && offset <= this.sent) return;
    this.#violate(
      'group-offset',
      `offset ${offset} of group ${BATON_GROUP} was read back, ${floor} had been acknowledged and ${this.sent} sent`,
    );
  }

  /** An answer to a commit of a generation that was over when it was sent. */
  onLateCommit({ memberId, generationId }: Membership, latest: number, errorCode: number): void {
    this.refused++;
    if (errorCode === ErrorCode.NONE)
      this.#violate(
        'late-commit',
        `${memberId} could commit in generation ${generationId}, though there was ${latest}`,
      );
  }
}
