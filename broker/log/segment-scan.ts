import { BATCH_HEADER_BYTES } from '../../src/protocol/records/batch-format.ts';
import { claimedBatchSizeAt, isCrcValid } from '../../src/protocol/records/batch-header.ts';
import { BatchInfo } from './batch-info.ts';

/** What a scan reads from. */
interface Scannable {
  readonly baseOffset: number;
  readonly sizeInBytes: number;
  readAt(target: Buffer, position: number, length: number): number;
}

/** Enough for an index interval and a header in one read. */
const WINDOW_BYTES = 8 * 1024;
/** Recovery reads everything, in large steps. */
const RECOVERY_WINDOW_BYTES = 1024 * 1024;

/** How far an offset may be from the first one of its segment: indexes keep the distance in four bytes. */
const OFFSETS_MAX = 2 ** 31 - 1;

/** No damage was met. */
export const UNDAMAGED = -1;

/**
 * Visits the headers of the batches from `position` on (a batch must begin there), until `visit` answers false or the
 * segment ends. Bodies are skipped.
 * @returns the position at which there is no batch as one was written (no header, cut off, offsets that do not ascend or are
 * too far from the segment's), or {@link UNDAMAGED}.
 */
export function scanBatches(
  source: Scannable,
  position: number,
  visit: (batch: BatchInfo) => boolean,
): number {
  const end = source.sizeInBytes;
  const window = Buffer.allocUnsafe(Math.max(0, Math.min(WINDOW_BYTES, end - position)));
  let windowStart = position;
  let windowBytes = 0;
  let at = position;
  let nextOffset = source.baseOffset;
  while (at < end) {
    if (at + BATCH_HEADER_BYTES > end) return at;
    if (at + BATCH_HEADER_BYTES > windowStart + windowBytes) {
      windowStart = at;
      windowBytes = source.readAt(window, at, window.length);
      if (windowBytes < BATCH_HEADER_BYTES) return at;
    }
    const size = claimedBatchSizeAt(window, at - windowStart);
    if (size < 0 || at + size > end) return at;
    const batch = readInfo(window, at - windowStart, at);
    if (batch === undefined || batch.baseOffset < nextOffset || !isWithin(batch, source)) return at;
    if (!visit(batch)) return UNDAMAGED;
    nextOffset = batch.lastOffset + 1;
    at += size;
  }
  return UNDAMAGED;
}

/**
 * Visits the batches of a whole segment as long as each is complete, has the right checksum, and `visit` agrees to it. Whether
 * they follow each other is for `visit` to say.
 * @returns where the valid part ends.
 */
export function scanValidBatches(source: Scannable, visit: (batch: BatchInfo) => boolean): number {
  const end = source.sizeInBytes;
  let window = Buffer.allocUnsafe(Math.min(RECOVERY_WINDOW_BYTES, end));
  let windowStart = 0;
  let windowBytes = 0;
  let at = 0;
  while (at + BATCH_HEADER_BYTES <= end) {
    // Each step needs the header first, then all of the batch, in the window.
    let needed = BATCH_HEADER_BYTES;
    for (;;) {
      if (at + needed > windowStart + windowBytes) {
        if (needed > window.length) window = Buffer.allocUnsafe(needed);
        windowStart = at;
        windowBytes = source.readAt(window, at, window.length);
        if (windowBytes < needed) return at;
      }
      if (needed > BATCH_HEADER_BYTES) break;
      const size = claimedBatchSizeAt(window, at - windowStart);
      if (size < 0 || at + size > end) return at;
      needed = size;
      if (size === BATCH_HEADER_BYTES) break;
    }
    const start = at - windowStart;
    if (!isCrcValid(window, start, needed)) return at;
    const batch = readInfo(window, start, at);
    if (batch === undefined || !isWithin(batch, source) || !visit(batch)) return at;
    at += needed;
  }
  return at;
}

/** Whether a segment can have offsets like those of a batch: the checksum does not cover the first one. */
function isWithin({ baseOffset, lastOffset }: BatchInfo, source: Scannable): boolean {
  return lastOffset >= baseOffset && lastOffset - source.baseOffset <= OFFSETS_MAX;
}

/** Undefined where the header has numbers that no broker of ours has written. */
function readInfo(window: Buffer, start: number, position: number): BatchInfo | undefined {
  try {
    return new BatchInfo(window, start, position);
  } catch {
    return undefined;
  }
}

/** Whether a whole batch with the right checksum begins at `position`. */
export function isBatchAt(source: Scannable, position: number): boolean {
  const header = Buffer.allocUnsafe(BATCH_HEADER_BYTES);
  if (source.readAt(header, position, header.length) < header.length) return false;
  const size = claimedBatchSizeAt(header, 0);
  if (size < 0 || position + size > source.sizeInBytes) return false;
  const bytes = Buffer.allocUnsafe(size);
  return source.readAt(bytes, position, size) === size && isCrcValid(bytes, 0, size);
}
