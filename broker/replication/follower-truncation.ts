import type { ResponseOf } from '../../src/protocol/message.ts';
import type { fetch } from '../../src/protocol/messages/01-fetch.ts';
import type { Log } from '../log/log.ts';
import type { EpochEndOffset } from '../log/read-result.ts';

/** One partition of a fetch response. */
export type FetchedPartition = ResponseOf<typeof fetch>['responses'][number]['partitions'][number];

/**
 * Where a follower cuts its log when the leader says that they diverge after `diverging` (KIP-101, KIP-595): the end of
 * that epoch in either log, whichever comes first. Where the follower does not have that epoch, it cuts to the end of
 * its largest epoch below, and the next fetch goes on from there.
 */
export function divergenceEnd(
  log: Pick<Log, 'endOffsetForEpoch' | 'logEndOffset' | 'logStartOffset'>,
  diverging: EpochEndOffset,
): number {
  const own = log.endOffsetForEpoch(diverging.epoch);
  // An epoch beyond the log's last one is unknown to it: then all of the log is older, and only the end can be wrong.
  const ownEnd = own.endOffset < 0 ? log.logEndOffset : own.endOffset;
  return Math.max(log.logStartOffset, Math.min(diverging.endOffset, ownEnd, log.logEndOffset));
}
