import type { Mutation } from './mutation.ts';

const suite = ['test/broker/log'];

export const logMutations: readonly Mutation[] = [
  {
    name: 'epochs of records that were truncated are kept',
    file: 'broker/log/log-truncation.ts',
    find: 'segments.active.truncateTo(offset);\n  epochs.truncateFromEnd(offset);',
    replace: 'segments.active.truncateTo(offset);',
    suite: ['test/broker/log/log.test.ts'],
  },
  {
    name: 'the recovery point of a log that cannot be opened is forgotten',
    file: 'broker/log/offline-logs.ts',
    find: 'return known.recoveryPoint;',
    replace: 'return undefined;',
    suite: ['test/broker/log/damaged-folder.test.ts'],
  },
  {
    name: 'a time index is believed whatever it says',
    file: 'broker/log/segment-lookup.ts',
    find: 'isTrue = batch.baseOffset <= offset && batch.maxTimestamp === timestamp;',
    replace: 'isTrue = true;',
    suite: ['test/broker/log/damaged-indexes.test.ts'],
  },
  {
    name: 'a segment that was written to since it was closed is taken for unchanged',
    file: 'broker/log/closed-log.ts',
    find: ' || now.modifiedMs !== modifiedMs',
    replace: '',
    suite: ['test/broker/log/damaged-indexes.test.ts'],
  },
  {
    name: 'an epoch that has ended is said to end where the log ends',
    file: 'broker/log/leader-epoch-cache.ts',
    find: 'endOffset: next.startOffset',
    replace: 'endOffset: logEndOffset',
    suite,
  },
  {
    name: 'retention deletes what is not committed yet',
    file: 'broker/log/retention.ts',
    find: 'endOffset > view.highWatermark',
    replace: 'endOffset > view.logEndOffset',
    suite,
  },
  {
    name: 'retention by size goes below the size that is to be kept',
    file: 'broker/log/retention.ts',
    find: 'return excess >= 0;',
    replace: 'return excess + segment.sizeInBytes > 0;',
    suite,
  },
  {
    name: 'recovery takes a batch whose checksum is wrong',
    file: 'broker/log/segment-scan.ts',
    find: 'if (!isCrcValid(window, start, needed)) return at;',
    replace: '',
    suite: ['test/broker/log', 'test/sim/log-crash.test.ts'],
  },
  {
    name: 'a new producer epoch may begin with any sequence number',
    file: 'broker/log/producer-state.ts',
    find: 'return baseSequence === 0;',
    replace: 'return true;',
    suite,
  },
  {
    name: 'a transaction is stable before its marker is below the high watermark',
    file: 'broker/log/producer-state.ts',
    find: 'txn.lastOffset >= highWatermark',
    replace: 'txn.lastOffset > highWatermark',
    suite,
  },
  {
    name: 'a producer with an open transaction expires',
    file: 'broker/log/producer-state.ts',
    find: 'entry.currentTxnFirstOffset < 0 && nowMs',
    replace: 'nowMs',
    suite,
  },
  {
    name: 'the epoch that contains the new log start is forgotten',
    file: 'broker/log/leader-epoch-cache.ts',
    find: 'containing === undefined ? after',
    replace: 'true ? after',
    suite,
  },
  {
    name: 'a segment never ends by the age of its records',
    file: 'broker/log/roll-policy.ts',
    find: 'return incoming.maxTimestamp - first;',
    replace: 'return 0;',
    suite,
  },
];
