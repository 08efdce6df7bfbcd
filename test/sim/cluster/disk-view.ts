import { BatchView } from '../../../src/protocol/records/batch-view.ts';
import { ProtocolError } from '../../../src/base/protocol-error.ts';
import { DirectoryNode } from '../directory-node.ts';
import { FileNode } from '../file-node.ts';
import type { SimulatedMedium } from '../simulated-disk.ts';

/** Where a broker keeps everything. */
export const DATA = 'data';
/** The base offset of a batch, and how many bytes follow. */
const SIZE_AT = 8;
const SIZE_END = 12;

/**
 * Looks at a disk from outside, as its cache has it: no operation of the disk is counted, so that a run is the same
 * whether it is watched or not.
 */
export function nodeAt(
  { root }: SimulatedMedium,
  ...path: readonly string[]
): DirectoryNode | FileNode | undefined {
  let node: DirectoryNode | FileNode | undefined = root;
  for (const part of path) {
    if (!(node instanceof DirectoryNode)) return undefined;
    node = node.get(part);
  }
  return node;
}

export function bytesOf(file: FileNode): Buffer {
  const bytes = Buffer.alloc(file.size);
  file.read(bytes, 0, bytes.length, 0);
  return bytes;
}

/** The segments of a log, in order. */
export function segmentsAt(medium: SimulatedMedium, log: string): readonly FileNode[] {
  const directory = nodeAt(medium, DATA, log);
  if (!(directory instanceof DirectoryNode)) return [];
  return directory
    .names()
    .filter((name) => name.endsWith('.log'))
    .map((name) => directory.get(name))
    .filter((node) => node instanceof FileNode);
}

/** The whole batches of segments, in order; what is cut short at the end of one is left out. */
export function* batchesAt(segments: readonly FileNode[]): Generator<BatchView, void, undefined> {
  for (const segment of segments) {
    for (let batch = batchAt(segment, 0), at = 0; batch !== undefined; batch = batchAt(segment, at)) {
      yield batch;
      at += batch.sizeInBytes;
    }
  }
}

/** Reads on in a log where it has left it. */
export class LogCursor {
  #segment = 0;
  #position = 0;

  /** The next whole batch; undefined where there is none yet. */
  peek(segments: readonly FileNode[]): BatchView | undefined {
    for (;;) {
      const segment = segments[this.#segment];
      const batch = segment && batchAt(segment, this.#position);
      if (batch !== undefined || this.#segment + 1 >= segments.length) return batch;
      this.#segment++;
      this.#position = 0;
    }
  }

  copy(): LogCursor {
    const copy = new LogCursor();
    copy.#segment = this.#segment;
    copy.#position = this.#position;
    return copy;
  }

  pass(batch: BatchView): void {
    this.#position += batch.sizeInBytes;
  }

  /** Whether all that was passed is synced in a log that has the same bytes. */
  isSyncedIn(segments: readonly FileNode[]): boolean {
    const segment = segments[this.#segment];
    return segment !== undefined && segment.durableSize >= this.#position;
  }
}

/** Where the log of a replica ends on its disk. */
export function endOffsetAt(medium: SimulatedMedium, log: string): number {
  for (const segment of segmentsAt(medium, log).toReversed()) {
    let end = -1;
    for (const batch of batchesAt([segment])) end = batch.nextOffset;
    if (end >= 0) return end;
  }
  return 0;
}

/** The batch that begins at a byte; undefined where there is no whole one. */
function batchAt(segment: FileNode, position: number): BatchView | undefined {
  const prefix = Buffer.alloc(SIZE_END);
  if (segment.read(prefix, 0, SIZE_END, position) < SIZE_END) return undefined;
  const sizeInBytes = SIZE_END + prefix.readInt32BE(SIZE_AT);
  if (sizeInBytes < SIZE_END || position + sizeInBytes > segment.size) return undefined;
  const bytes = Buffer.alloc(sizeInBytes);
  segment.read(bytes, 0, sizeInBytes, position);
  try {
    return new BatchView(bytes);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
