import { quorumMutations } from '../../mutations/quorum.ts';
import { asSimulated } from './as-simulated.ts';
import type { SimulatedBug } from './simulated-bug.ts';

const kind = 'quorum';
const folder = 'broker/quorum';

export const quorumBugs: readonly SimulatedBug[] = [
  ...asSimulated(kind, quorumMutations, [
    'a vote is forgotten when the power goes: nothing is stored while the epoch stays',
    'a voter votes twice in an epoch',
    'records of earlier epochs are committed by counting replicas (Raft, 5.4.2)',
    'a replica whose log is longer in the same epoch is not told to truncate',
  ]),
  {
    kind,
    name: 'a voter that starts again does not know whom it has voted for',
    file: `${folder}/raft-core.ts`,
    find: 'const election = stored.epoch >= lastEpoch ? stored : newEpoch(lastEpoch);',
    replace: 'const election = newEpoch(Math.max(stored.epoch, lastEpoch), stored.leaderId);',
  },
  {
    kind,
    name: 'a vote is given to a log of the same epoch that is shorter',
    file: `${folder}/vote-rules.ts`,
    find: 'a.epoch > b.epoch || (a.epoch === b.epoch && a.offset >= b.offset)',
    replace: 'a.epoch >= b.epoch',
  },
  {
    kind,
    name: 'pre-votes are counted as votes',
    file: `${folder}/raft-core.ts`,
    find: "this.#enter(election, { role: 'candidate', tally: this.#newTally() });",
    replace:
      "this.#enter(election, { role: 'candidate', tally: this.#state.role === 'prospective' ? this.#state.tally : this.#newTally() });",
  },
  {
    kind,
    name: 'the metadata are committed by one voter less than a majority',
    file: `${folder}/leader-progress.ts`,
    find: 'const offset = ends[this.majority - 1] ?? -1;',
    replace: 'const offset = ends[this.majority - 2] ?? -1;',
  },
  {
    kind,
    name: 'a follower takes the end of its metadata log for the high watermark',
    file: `${folder}/follower-fetcher.ts`,
    find: 'core.advanceHighWatermark(Math.min(partition.highWatermark, log.endOffset));',
    replace: 'core.advanceHighWatermark(log.endOffset);',
  },
  {
    kind,
    name: 'a follower whose metadata log differs does not look where its own epoch ends',
    file: `${folder}/follower-fetcher.ts`,
    find: 'Math.min(own.offset, divergingEpoch.endOffset)',
    replace: 'Math.max(own.offset, divergingEpoch.endOffset)',
  },
  {
    kind,
    name: 'a follower fetches on before what it has is synced',
    file: `${folder}/follower-fetcher.ts`,
    find: '          await log.flush();\n',
    replace: '          log.flush().catch(() => {});\n',
  },
  {
    kind,
    name: 'a leader counts what was appended while its disk was syncing',
    file: `${folder}/leader-duties.ts`,
    find: 'state.progress.recordFlush(flushedOffset);',
    replace: 'state.progress.recordFlush(Math.max(flushedOffset, log.endOffset));',
  },
  {
    kind,
    name: 'a start from a snapshot passes over the record behind it',
    file: `${folder}/committed-feed.ts`,
    find: '    this.#deliveredOffset = endOffset;\n    this.#hasSnapshot = true;',
    replace: '    this.#deliveredOffset = endOffset + 1;\n    this.#hasSnapshot = true;',
  },
  {
    kind,
    name: 'a leader without a majority goes on to lead',
    file: `${folder}/leader-duties.ts`,
    find: '      core.becomeResigned();\n    });\n  }',
    replace: '      this.restartQuorumCheck();\n    });\n  }',
  },
];
