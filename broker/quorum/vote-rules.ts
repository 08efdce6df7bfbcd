import { type ElectionState, type ReplicaKey, ZERO_DIRECTORY } from './election-state.ts';
import type { OffsetAndEpoch } from './raft-log.ts';
import type { RaftState } from './raft-state.ts';

interface VoteQuestion {
  readonly candidate: ReplicaKey;
  /** True for a PreVote (KIP-996): would you vote for me? It binds nobody. */
  readonly preVote: boolean;
  /** The candidate's log is at least as new as ours. */
  readonly logUpToDate: boolean;
}

/**
 * Whether a vote is granted by a node of the candidate's own epoch. The state decides as in Kafka: a node that has a
 * leader, or is one, keeps to it; a follower helps to find out whether its leader is gone (PreVote) only while it has
 * not fetched from it.
 */
export function grantsVote(state: RaftState, election: ElectionState, question: VoteQuestion): boolean {
  switch (state.role) {
    case 'unattached':
    case 'prospective':
      if (question.preVote) return question.logUpToDate;
      if (election.votedId !== -1) return votedFor(election, question.candidate);
      return election.leaderId === -1 && question.logUpToDate;
    case 'candidate':
    case 'resigned':
      return question.preVote && question.logUpToDate;
    case 'follower':
      return question.preVote && question.logUpToDate && !state.hasFetched;
    case 'leader':
      return false;
  }
}

function votedFor(election: ElectionState, candidate: ReplicaKey): boolean {
  if (election.votedId !== candidate.id) return false;
  const known = election.votedDirectoryId !== ZERO_DIRECTORY && candidate.directoryId !== ZERO_DIRECTORY;
  return !known || election.votedDirectoryId === candidate.directoryId;
}

/** Whether log `a` ends no earlier than log `b`: by epoch first, then by offset. */
export function isUpToDate(a: OffsetAndEpoch, b: OffsetAndEpoch): boolean {
  return a.epoch > b.epoch || (a.epoch === b.epoch && a.offset >= b.offset);
}
