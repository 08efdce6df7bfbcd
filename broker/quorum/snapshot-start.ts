import { foreign } from '../log/checkpoint-file.ts';
import type { RaftCore } from './raft-core.ts';
import type { RaftLog } from './raft-log.ts';
import { forEachDataBatch } from './raft-batch.ts';
import type { Snapshot, SnapshotFiles } from './snapshot-files.ts';

/**
 * Begins with the newest snapshot that is whole and belongs to the log, where there is one; what it stands for is committed,
 * whatever the checkpoint of the high watermark says.
 * @throws {OperationalError} `FOREIGN_DATA` where the log has no beginning and nothing stands for that.
 */
export function beginWithSnapshot(core: RaftCore, snapshots: SnapshotFiles): void {
  const { log, logger, directory } = core.options;
  const snapshot = snapshots.readNewest((candidate) => whyNotOf(log, candidate));
  if (snapshot === undefined) {
    if (log.startOffset > 0)
      throw foreign(
        directory,
        `its log begins at ${log.startOffset}, and no snapshot can be used for what was before`,
      );
    return;
  }
  const { endOffset } = snapshot.id;
  if (log.highWatermark < endOffset) log.setHighWatermark(endOffset);
  logger.info('the metadata begins with a snapshot', { ...snapshot.id, logEndOffset: log.endOffset });
  core.feed.beginWith(snapshot);
}

/**
 * Why a snapshot is not of this log. Two logs of a cluster with a record of one epoch at one offset have the same records
 * before it (Raft's log matching), and so only that record has to be looked at: its epoch, and when it was appended, which
 * tells a snapshot of another cluster, or an older one under another name.
 */
function whyNotOf(log: RaftLog, { id: { endOffset, epoch }, timestampMs }: Snapshot): string | undefined {
  if (endOffset <= log.startOffset || endOffset > log.endOffset)
    return `it ends at ${endOffset}, and the log goes from ${log.startOffset} to ${log.endOffset}`;
  const own = log.epochAt(endOffset - 1);
  if (own !== epoch) return `the log has epoch ${own} where it ends`;
  const appendedMs = appendTimestampAt(log, endOffset - 1);
  if (appendedMs === timestampMs) return undefined;
  return appendedMs === undefined
    ? 'the log has no change of the metadata where it ends'
    : `the last record in it is of ${timestampMs} ms since 1970, that of the log of ${appendedMs}: it is of another cluster, or older than its name`;
}

/** Undefined where a control record lies there: no snapshot ends with one. */
function appendTimestampAt(log: RaftLog, offset: number): number | undefined {
  let timestampMs: number | undefined;
  forEachDataBatch(log.read(offset, offset + 1, 1), offset, (batch) => {
    if (batch.baseOffset <= offset) timestampMs = batch.appendTimestampMs;
  });
  return timestampMs;
}
