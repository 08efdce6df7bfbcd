import { logMutations } from '../../mutations/log.ts';
import { asSimulated } from './as-simulated.ts';
import type { SimulatedBug } from './simulated-bug.ts';

const kind = 'recovery';
const folder = 'broker/log';

export const recoveryBugs: readonly SimulatedBug[] = [
  ...asSimulated(kind, logMutations, [
    'recovery takes a batch whose checksum is wrong',
    'epochs of records that were truncated are kept',
    'an epoch that has ended is said to end where the log ends',
    'a new producer epoch may begin with any sequence number',
  ]),
  {
    kind,
    name: 'the producers of records that were truncated are kept',
    file: `${folder}/log-truncation.ts`,
    find: '  replayProducers(segments.all, new Set(), { producers, snapshots, replicatedTo });\n',
    replace: '',
  },
  {
    kind,
    name: 'snapshots of producers beyond a truncation are kept',
    file: `${folder}/log-truncation.ts`,
    find: '  snapshots.remove((candidate) => candidate > endOffset);\n',
    replace: '',
  },
  {
    kind,
    name: 'recovery takes batches of an older epoch than their place has',
    file: `${folder}/batch-order.ts`,
    find: 'const { baseOffset, lastOffset, leaderEpoch } = batch;',
    replace:
      'const { baseOffset, lastOffset } = batch; const leaderEpoch = ' +
      'Math.max(batch.leaderEpoch, this.#leaderEpoch, epochAt(this.#options.declared, baseOffset));',
  },
  {
    kind,
    name: 'recovery believes snapshots of producers beyond what it trusts',
    file: `${folder}/recovery-scan.ts`,
    find: '  options.snapshots.remove((offset) => offset > trustedOffset);\n',
    replace: '',
  },
  {
    kind,
    name: 'recovery leaves the torn end of a log where it is',
    file: `${folder}/recovery-scan.ts`,
    find: '        segment.cutAt(valid.bytes);\n',
    replace: '',
  },
  {
    kind,
    name: 'recovery keeps the segments behind one that was torn',
    file: `${folder}/recovery-scan.ts`,
    find: '      setAllAside(segments.splice(from), options);',
    replace: '      if (from < 0) setAllAside(segments.splice(from), options);',
  },
  {
    kind,
    name: 'the recovery point is where the log ends, and not what was synced',
    file: `${folder}/log-durability.ts`,
    find: 'this.#recoveryPoint = Math.max(this.#recoveryPoint, target);',
    replace: 'this.#recoveryPoint = Math.max(this.#recoveryPoint, state.logEndOffset);',
  },
  {
    kind,
    name: 'a truncation leaves the recovery point where it was',
    file: `${folder}/log-durability.ts`,
    find: '    this.#recoveryPoint = trusted;\n    this.#onRecoveryPointLowered();\n',
    replace: '',
  },
  {
    kind,
    name: 'the checkpoint of a log start is of the start before',
    file: `${folder}/log-checkpoints.ts`,
    find: '[LOG_START_CHECKPOINT]: (log: Log) => log.logStartCheckpoint,',
    replace: '[LOG_START_CHECKPOINT]: () => 0,',
  },
  {
    kind,
    name: 'the marker of a clean stop outlives the next start',
    file: `${folder}/data-folder.ts`,
    find: '  disk.remove(`${directory}/${CLEAN_SHUTDOWN_FILE}`);\n',
    replace: '',
  },
  {
    kind,
    name: 'the segment that is written to is not synced',
    file: `${folder}/log-durability.ts`,
    find: 'return segments.all.slice(first).filter((segment) => segment.baseOffset <= target);',
    replace: 'return segments.all.slice(first, -1).filter((segment) => segment.baseOffset <= target);',
  },
  {
    kind,
    name: 'only the last batch of a producer is remembered',
    file: `${folder}/producer-entry.ts`,
    find: 'const BATCHES_REMEMBERED = 5;',
    replace: 'const BATCHES_REMEMBERED = 1;',
  },
  {
    kind,
    name: 'a batch that leaves one out is in sequence',
    file: `${folder}/producer-entry.ts`,
    find: 'return next === (last === NO_SEQUENCE ? 0 : sequenceAfter(last, 1));',
    replace: 'return next >= (last === NO_SEQUENCE ? 0 : sequenceAfter(last, 1));',
  },
];
