import type { Mutation } from './mutation.ts';

const suite = ['test/broker/quorum'];

export const quorumMutations: readonly Mutation[] = [
  {
    name: 'a vote is forgotten when the power goes: nothing is stored while the epoch stays',
    file: 'broker/quorum/quorum-state-file.ts',
    find: 'if (sameElection(state, this.#stored)) return;',
    replace: 'if (state.epoch === this.#stored.epoch) return;',
    suite,
  },
  {
    name: 'records of earlier epochs are committed by counting replicas (Raft, 5.4.2)',
    file: 'broker/quorum/leader-progress.ts',
    find: 'offset > this.epochStartOffset ? offset : -1',
    replace: 'offset',
    suite,
  },
  {
    name: 'half of the voters are a majority',
    file: 'broker/quorum/leader-progress.ts',
    find: 'Math.floor(this.#voters.size / 2) + 1',
    replace: 'Math.ceil(this.#voters.size / 2)',
    suite,
  },
  {
    name: 'a log is up to date by its length alone',
    file: 'broker/quorum/vote-rules.ts',
    find: 'a.epoch > b.epoch || (a.epoch === b.epoch && a.offset >= b.offset)',
    replace: 'a.offset >= b.offset',
    suite,
  },
  {
    name: 'a voter votes twice in an epoch',
    file: 'broker/quorum/vote-rules.ts',
    find: 'if (election.votedId !== -1) return votedFor(election, question.candidate);',
    replace: 'if (votedFor(election, question.candidate)) return true;',
    suite,
  },
  {
    name: 'a follower that fetches from its leader helps to depose it (KIP-996)',
    file: 'broker/quorum/vote-rules.ts',
    find: ' && !state.hasFetched',
    replace: '',
    suite,
  },
  {
    name: 'a replica whose log is longer in the same epoch is not told to truncate',
    file: 'broker/quorum/leader-fetch.ts',
    find: ' || own.offset < end.offset ? own : null',
    replace: ' ? own : null',
    suite,
  },
  {
    name: 'a snapshot of another cluster is taken for one of this log',
    file: 'broker/quorum/snapshot-start.ts',
    find: 'if (appendedMs === timestampMs) return undefined;',
    replace: 'if (appendedMs !== undefined) return undefined;',
    suite: ['test/broker/metadata/metadata-snapshots.test.ts'],
  },
];
