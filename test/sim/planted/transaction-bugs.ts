import { groupMutations } from '../../mutations/groups.ts';
import { logMutations } from '../../mutations/log.ts';
import { transactionMutations } from '../../mutations/transactions.ts';
import { asSimulated } from './as-simulated.ts';
import type { SimulatedBug } from './simulated-bug.ts';

const kind = 'transactions';

export const transactionBugs: readonly SimulatedBug[] = [
  ...asSimulated(kind, transactionMutations, [
    'a transaction is complete before all partitions have their markers',
    'a new coordinator forgets what was decided and not told to all',
    'an outcome that could not be written holds all the same',
    'a second producer does not fence the first',
    'partitions that are added take the place of those before',
    'a transaction that is open for too long stays open',
  ]),
  ...asSimulated(kind, groupMutations, [
    'offsets of a transaction count although it was aborted',
    'offsets of a transaction count before its marker is committed',
  ]),
  ...asSimulated(kind, logMutations, [
    'a transaction is stable before its marker is below the high watermark',
    'an answer from before a marker lets a batch in behind it',
  ]),
  {
    kind,
    name: 'the last stable offset looks at the newest open transaction',
    file: 'broker/log/producer-state.ts',
    find: 'const undecided = this.#ongoing[0]?.firstOffset;',
    replace: 'const undecided = this.#ongoing.at(-1)?.firstOffset;',
  },
  {
    kind,
    name: 'a marker of a coordinator that was replaced is written',
    file: 'broker/log/sequence-check.ts',
    find: 'if (entry.coordinatorEpoch <= coordinatorEpoch) return undefined;',
    replace: 'if (entry.coordinatorEpoch > -2) return undefined;',
  },
  {
    kind,
    name: 'aborted transactions of closed segments are not looked at',
    file: 'broker/log/log.ts',
    find: 'findAborted(this.#state.segments.from(fromOffset), { fromOffset, toOffset })',
    replace: 'findAborted(this.#state.segments.from(toOffset), { fromOffset, toOffset })',
  },
  {
    kind,
    name: 'pending offsets are forgotten when the groups move',
    file: 'broker/coordinators/group/group-shard.ts',
    find: '    this.pending.hold(producerId, { groupId, topic, partition, committed });\n',
    replace: '',
  },
  {
    kind,
    name: 'an open transaction is not in the snapshot of its producer',
    file: 'broker/log/producer-snapshot.ts',
    find: '    entry.currentTxnFirstOffset = readInt64(content, at + 38);\n',
    replace: '',
  },
  {
    kind,
    name: 'a producer whose transaction timed out is not fenced',
    file: 'broker/coordinators/transaction/end-transaction.ts',
    find: "    state: 'PrepareAbort',\n    producerEpoch: nextEpoch(producerEpoch),",
    replace: "    state: 'PrepareAbort',\n    producerEpoch,",
  },
];
