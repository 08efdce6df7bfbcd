import { expect, it } from 'vitest';
import { type ElectionState, ZERO_DIRECTORY } from '../../../broker/quorum/election-state.ts';
import type { RaftState } from '../../../broker/quorum/raft-state.ts';
import { grantsVote } from '../../../broker/quorum/vote-rules.ts';

const candidate = { id: 2, directoryId: ZERO_DIRECTORY };
const election = { epoch: 4, leaderId: 3, votedId: -1, votedDirectoryId: ZERO_DIRECTORY } as ElectionState;

it.each([
  { hasFetched: false, preVote: true, logUpToDate: true, granted: true },
  // It hears from its leader: a candidate that was cut off must not depose it (KIP-996).
  { hasFetched: true, preVote: true, logUpToDate: true, granted: false },
  { hasFetched: false, preVote: true, logUpToDate: false, granted: false },
  { hasFetched: false, preVote: false, logUpToDate: true, granted: false },
])('a follower asked with %j', ({ hasFetched, granted, ...question }) => {
  const state = { role: 'follower', leaderId: 3, hasFetched } as RaftState;
  expect(grantsVote(state, election, { candidate, ...question })).toBe(granted);
});
