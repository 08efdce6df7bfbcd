import { OWN_MEMORY } from '../../src/base/buffer-pool.ts';
import { BATCH_HEADER_BYTES } from '../../src/protocol/records/batch-format.ts';
import { baseOffsetAt, claimedBatchSizeAt, lastOffsetAt } from '../../src/protocol/records/batch-header.ts';
import type { ReadMemory } from './read-memory.ts';
import { EMPTY_READ, type ReadOptions, type ReadResult } from './read-result.ts';
import type { RecentBatches } from './recent-batches.ts';
import type { Segment } from './segment.ts';
import { SegmentDamage } from './segment-damage.ts';

/** A run of whole batches within a buffer. */
interface Extent {
  readonly start: number;
  readonly end: number;
  /** The offset after the last batch, -1 when there is none. */
  readonly nextOffset: number;
  /** A batch at or beyond the upper bound, or one that does not fit, was met: there is no use in reading on. */
  readonly isBounded: boolean;
}

/** Copies from memory. `offset` is at or after what is in memory and before the upper bound. */
export function readRecent(recent: RecentBatches, offset: number, options: ReadOptions): ReadResult {
  const parts: Buffer[] = [];
  let sizeInBytes = 0;
  let nextOffset = offset;
  for (let index = recent.find(offset); ; index++) {
    const entry = recent.at(index);
    if (entry === undefined || entry.baseOffset >= options.upperBoundOffset) break;
    const bytesMax = options.maxBytes - sizeInBytes;
    const fitsWhole =
      entry.bytes.length <= bytesMax &&
      entry.baseOffset >= offset &&
      entry.nextOffset <= options.upperBoundOffset;
    if (fitsWhole) {
      parts.push(entry.bytes);
      sizeInBytes += entry.bytes.length;
      nextOffset = entry.nextOffset;
      continue;
    }
    const extent = extentOf(entry.bytes, offset, {
      bytesMax,
      upperBoundOffset: options.upperBoundOffset,
      minOneBatch: options.minOneBatch && parts.length === 0,
    });
    if (extent.end > extent.start) {
      parts.push(entry.bytes.subarray(extent.start, extent.end));
      sizeInBytes += extent.end - extent.start;
      nextOffset = extent.nextOffset;
    }
    if (extent.isBounded) break;
  }
  if (sizeInBytes === 0) return { ...EMPTY_READ, nextOffset };
  const { memory = OWN_MEMORY } = options;
  const chunks = [joined(parts, memory.take(sizeInBytes))];
  return { errorCode: EMPTY_READ.errorCode, chunks, sizeInBytes, nextOffset };
}

function joined(parts: readonly Buffer[], target: Buffer): Buffer {
  let at = 0;
  for (const part of parts) {
    target.set(part, at);
    at += part.length;
  }
  return target;
}

/**
 * Reads from a segment's file; `isBounded` says that a later segment can add nothing.
 * @throws {SegmentDamage} when what should be at `offset` is no batch of this segment.
 */
export function readSegment(
  segment: Segment,
  offset: number,
  options: ReadOptions & {
    /** Where the segment's offsets end. */
    readonly endOffset: number;
  },
): ReadResult & { readonly isBounded: boolean } {
  const position = segment.positionOf(offset);
  const available = segment.sizeInBytes - position;
  const empty = { ...EMPTY_READ, nextOffset: offset };
  if (available <= 0) return { ...empty, isBounded: false };
  const { memory = OWN_MEMORY } = options;
  const wanted = memory.take(Math.max(0, Math.min(options.maxBytes, available)));
  let bytes = readInto(wanted, segment, position);
  if (options.minOneBatch) bytes = withWholeFirstBatch(segment, position, { bytes, memory });
  const extent = extentOf(bytes, offset, {
    bytesMax: Math.max(options.maxBytes, options.minOneBatch ? bytes.length : 0),
    upperBoundOffset: options.upperBoundOffset,
    minOneBatch: options.minOneBatch,
  });
  const sizeInBytes = extent.end - extent.start;
  if (sizeInBytes === 0) {
    refuseForeignBatch(segment, position, { bytes, endOffset: options.endOffset });
    return { ...empty, isBounded: true };
  }
  if (extent.nextOffset > options.endOffset) throw new SegmentDamage(segment.pathOf('log'), position);
  return {
    errorCode: EMPTY_READ.errorCode,
    chunks: [bytes.subarray(extent.start, extent.end)],
    sizeInBytes,
    nextOffset: extent.nextOffset,
    isBounded: true,
  };
}

/** Nothing could be taken of what was found: rightly so, unless the offsets of the batch belong elsewhere. */
function refuseForeignBatch(
  segment: Segment,
  position: number,
  { bytes, endOffset }: { readonly bytes: Buffer; readonly endOffset: number },
): void {
  if (bytes.length < BATCH_HEADER_BYTES || baseOffsetAt(bytes, 0) < endOffset) return;
  throw new SegmentDamage(segment.pathOf('log'), position);
}

const LENGTH_PREFIX_BYTES = 17;

/** Reads more where the first batch is larger than what was asked for. */
function withWholeFirstBatch(
  segment: Segment,
  position: number,
  { bytes, memory }: { readonly bytes: Buffer; readonly memory: ReadMemory },
): Buffer {
  const header =
    bytes.length >= LENGTH_PREFIX_BYTES
      ? bytes
      : readInto(memory.take(LENGTH_PREFIX_BYTES), segment, position);
  if (header.length < LENGTH_PREFIX_BYTES) return bytes;
  const size = claimedBatchSizeAt(header, 0);
  return size > bytes.length ? readInto(memory.take(size), segment, position) : bytes;
}

/** Fills `target`, or the part of it that the segment has bytes for. */
function readInto(target: Buffer, segment: Segment, position: number): Buffer {
  const count = segment.readAt(target, position, target.length);
  return count === target.length ? target : target.subarray(0, count);
}

/** Which whole batches of `bytes` answer a read. */
function extentOf(
  bytes: Buffer,
  offset: number,
  options: {
    readonly bytesMax: number;
    readonly upperBoundOffset: number;
    readonly minOneBatch: boolean;
  },
): Extent {
  let start = -1;
  let end = 0;
  let nextOffset = -1;
  let isBounded = false;
  let at = 0;
  while (at + BATCH_HEADER_BYTES <= bytes.length) {
    const size = claimedBatchSizeAt(bytes, at);
    if (size < 0 || at + size > bytes.length) {
      isBounded = true;
      break;
    }
    const lastOffset = lastOffsetAt(bytes, at);
    if (nextOffset >= 0 && baseOffsetAt(bytes, at) < nextOffset) {
      // Damage: the next read begins here and says so.
      isBounded = true;
      break;
    }
    if (lastOffset < offset) {
      at += size;
      continue;
    }
    if (baseOffsetAt(bytes, at) >= options.upperBoundOffset) {
      isBounded = true;
      break;
    }
    const isFirst = start < 0;
    const from = isFirst ? at : start;
    if (at + size - from > options.bytesMax && !(isFirst && options.minOneBatch)) {
      isBounded = true;
      break;
    }
    start = from;
    end = at + size;
    nextOffset = lastOffset + 1;
    at += size;
  }
  return { start: Math.max(start, 0), end: start < 0 ? 0 : end, nextOffset, isBounded };
}
