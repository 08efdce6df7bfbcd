import type { LeaderProgress } from './leader-progress.ts';
import type { VoteTally } from './vote-tally.ts';

/**
 * The role that a participant plays in its epoch, with what it keeps for it. A role begins with a new object, so that
 * whoever waited (a response, a sync, a timer) sees by identity whether it is still for him.
 */
export type RaftState =
  | UnattachedState
  | ProspectiveState
  | CandidateState
  | LeaderState
  | FollowerState
  | ResignedState;

export type RaftRole = RaftState['role'];

/** Knows no leader: waits for one to call, or for the election timeout. */
export interface UnattachedState {
  readonly role: 'unattached';
}

/** Asks whether an election would be won, before it disturbs anybody with a new epoch (KIP-996). */
export interface ProspectiveState {
  readonly role: 'prospective';
  readonly tally: VoteTally;
}

export interface CandidateState {
  readonly role: 'candidate';
  readonly tally: VoteTally;
}

export interface LeaderState {
  readonly role: 'leader';
  readonly progress: LeaderProgress;
}

export interface FollowerState {
  readonly role: 'follower';
  /** At least one fetch from the leader of this epoch has succeeded. */
  hasFetched: boolean;
}

/** Led this epoch and may not again, after a restart, a call to resign or the loss of its majority. */
export interface ResignedState {
  readonly role: 'resigned';
  /** The other voters, those first who should stand. */
  readonly successors: readonly number[];
}
