import type { Disk } from '../../src/base/environment.ts';
import { BATCH_HEADER_BYTES } from '../../src/protocol/records/batch-format.ts';
import { batchSizeAt } from '../../src/protocol/records/batch-header.ts';
import type { Segment } from './segment.ts';
import { UNRECOVERED_SUFFIX } from './segment-files.ts';
import { isBatchAt } from './segment-scan.ts';

const COPY_BYTES = 1024 * 1024;

/**
 * Takes a segment out of a log that ends before it. Its records are not part of the log any more, and the file stays, so that
 * somebody can look.
 * @returns the file's new path.
 */
export function setSegmentAside(disk: Disk, segment: Segment): string {
  segment.leave();
  const path = segment.pathOf('log');
  for (const kind of ['index', 'timeindex', 'txnindex'] as const) disk.remove(segment.pathOf(kind));
  const aside = freePath(disk, path);
  disk.rename(path, aside);
  return aside;
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
  const path = freePath(disk, `${segment.pathOf('log')}.${position}`);
  disk.writeFile(path, bytes);
  return path;
}

/**
 * Copies the end of a segment, whatever is in it.
 * @returns the copy's path.
 * @throws {OperationalError} where the disk refuses; there is no copy then.
 */
export function copyTail(disk: Disk, segment: Segment, position: number): string {
  const path = freePath(disk, `${segment.pathOf('log')}.${position}`);
  const copy = disk.open(path, 'create');
  try {
    const chunk = Buffer.allocUnsafe(Math.min(COPY_BYTES, segment.sizeInBytes - position));
    for (let at = position; at < segment.sizeInBytes; at += chunk.length) {
      const length = Math.min(chunk.length, segment.sizeInBytes - at);
      segment.readAt(chunk, at, length);
      copy.write([chunk.subarray(0, length)], at - position);
    }
  } catch (error) {
    disk.remove(path);
    throw error;
  } finally {
    copy.close();
  }
  return path;
}

/** Nothing that was kept before is written over. */
function freePath(disk: Disk, path: string): string {
  let free = path + UNRECOVERED_SUFFIX;
  for (let count = 1; disk.exists(free); count++) free = `${path}.${count}${UNRECOVERED_SUFFIX}`;
  return free;
}

/** Whether a whole batch with the right checksum lies anywhere in `bytes`, which begin at `position` of the segment. */
function holdsBatch(segment: Segment, position: number, bytes: Buffer): boolean {
  for (let at = 0; at + BATCH_HEADER_BYTES <= bytes.length; at++) {
    if (batchSizeAt(bytes, at, bytes.length) > 0 && isBatchAt(segment, position + at)) return true;
  }
  return false;
}
