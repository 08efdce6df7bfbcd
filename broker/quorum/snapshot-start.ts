import { foreign } from '../log/checkpoint-file.ts';
import type { RaftCore } from './raft-core.ts';
import type { RaftLog } from './raft-log.ts';
import type { SnapshotFiles } from './snapshot-files.ts';
import type { SnapshotId } from './snapshot-id.ts';

/**
 * Begins with the newest snapshot that is whole and belongs to the log, where there is one; what it stands for is committed,
 * whatever the checkpoint of the high watermark says.
 * @throws {OperationalError} `FOREIGN_DATA` where the log has no beginning and nothing stands for that.
 */
export function beginWithSnapshot(core: RaftCore, snapshots: SnapshotFiles): void {
  const { log, logger, directory } = core.options;
  const snapshot = snapshots.readNewest((id) => whyNotOf(log, id));
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
 * Why a snapshot is not of this log. Two logs with a record of one epoch at one offset have the same records before it
 * (Raft's log matching), and so only that record has to be looked at.
 */
function whyNotOf(log: RaftLog, { endOffset, epoch }: SnapshotId): string | undefined {
  if (endOffset <= log.startOffset || endOffset > log.endOffset)
    return `it ends at ${endOffset}, and the log goes from ${log.startOffset} to ${log.endOffset}`;
  const own = log.epochAt(endOffset - 1);
  return own === epoch ? undefined : `the log has epoch ${own} where it ends`;
}
