/** What a participant must not forget: which epoch it is in, whom it voted for, whom it follows. Frozen. */
export interface ElectionState {
  readonly epoch: number;
  /** -1 while unknown. */
  readonly leaderId: number;
  /** -1 while no vote was given in this epoch. */
  readonly votedId: number;
  /** Log directory of the one that got the vote; the zero uuid when unknown. */
  readonly votedDirectoryId: string;
}

/** A participant that may be voted for: a node and the disk that it has (KIP-853). */
export interface ReplicaKey {
  readonly id: number;
  readonly directoryId: string;
}

export const ZERO_DIRECTORY = 'AAAAAAAAAAAAAAAAAAAAAA';

export const NO_ELECTION: ElectionState = Object.freeze({
  epoch: 0,
  leaderId: -1,
  votedId: -1,
  votedDirectoryId: ZERO_DIRECTORY,
});

/** An epoch in which nothing is known yet and no vote was given. */
export function newEpoch(epoch: number, leaderId = -1): ElectionState {
  return Object.freeze({ ...NO_ELECTION, epoch, leaderId });
}

export function sameElection(a: ElectionState, b: ElectionState): boolean {
  return (
    a.epoch === b.epoch &&
    a.leaderId === b.leaderId &&
    a.votedId === b.votedId &&
    a.votedDirectoryId === b.votedDirectoryId
  );
}
