import type { Disk } from '../../src/base/environment.ts';
import { BATCH_HEADER_BYTES } from '../../src/protocol/records/batch-format.ts';
import { batchSizeAt } from '../../src/protocol/records/batch-header.ts';
import type { Segment } from './segment.ts';
import { UNRECOVERED_SUFFIX } from './segment-files.ts';
import { isBatchAt } from './segment-scan.ts';

/**
 * Takes a segment out of a log that ends before it. Its records are not part of the log any more, and the file stays, so that
 * somebody can look.
 * @returns the file's new path.
 */
export function setSegmentAside(disk: Disk, segment: Segment): string {
  segment.leave();
  const path = segment.pathOf('log');
  for (const kind of ['index', 'timeindex', 'txnindex'] as const) disk.remove(segment.pathOf(kind));
  disk.rename(path, path + UNRECOVERED_SUFFIX);
  return path + UNRECOVERED_SUFFIX;
}

/**
 * Copies the end of a segment that is about to be cut off, when there are whole batches in it: a crash mostly tears the last
 * write only, and these may be worth something to somebody.
 * @returns the copy's path; undefined where there was nothing to keep.
 */
export function saveTail(disk: Disk, segment: Segment, position: number): string | undefined {
  const bytes = Buffer.allocUnsafe(segment.sizeInBytes - position);
  segment.readAt(bytes, position, bytes.length);
  if (!holdsBatch(segment, position, bytes)) return undefined;
  const path = `${segment.pathOf('log')}.${position}${UNRECOVERED_SUFFIX}`;
  disk.writeFile(path, bytes);
  return path;
}

/** Whether a whole batch with the right checksum lies anywhere in `bytes`, which begin at `position` of the segment. */
function holdsBatch(segment: Segment, position: number, bytes: Buffer): boolean {
  for (let at = 0; at + BATCH_HEADER_BYTES <= bytes.length; at++) {
    if (batchSizeAt(bytes, at, bytes.length) > 0 && isBatchAt(segment, position + at)) return true;
  }
  return false;
}
