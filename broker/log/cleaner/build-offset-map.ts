import type { Disk } from '../../../src/base/environment.ts';
import { BatchView } from '../../../src/protocol/records/batch-view.ts';
import { RecordIterator } from '../../../src/protocol/records/decode-batch.ts';
import { readMarker } from '../transaction-marker.ts';
import { BatchReader, placed } from './batch-reader.ts';
import { CleanedTransactions } from './cleaned-transactions.ts';
import type { MapJob, MapResult, SourceSegment } from './cleaner-job.ts';
import { LiveOffsets } from './live-offsets.ts';
import { OffsetMap } from './offset-map.ts';
import type { Pacer } from './pacer.ts';

/**
 * First pass of a cleaning: notes at which offset each key of the dirty part was written last, until the map is full. What was
 * aborted counts for nothing.
 */
export async function buildOffsetMap(job: MapJob, disk: Disk, pacer: Pacer): Promise<MapResult> {
  const pass = new MapPass(job);
  let bytesRead = 0;
  for (const segment of dirtySegments(job)) {
    const file = disk.open(segment.path, 'read');
    try {
      const reader = new BatchReader(file, segment, job.pace.readBytes);
      for (let bytes = reader.next(); bytes !== undefined && !pass.isOver; bytes = reader.next()) {
        pass.see(bytes);
        const read = reader.takeBytesRead();
        if (read === 0) continue;
        bytesRead += read;
        const pause = pacer.spend(read);
        if (pause !== undefined) await pause;
      }
    } catch (error) {
      throw placed(error, segment.path);
    } finally {
      file.close();
    }
    if (pass.isOver) break;
  }
  const { map, isComplete } = pass;
  const live = LiveOffsets.of(map, job.fromOffset).shared;
  return { map: map.shared, live, isComplete, utilization: map.utilization, bytesRead };
}

/** The segments that hold the dirty part. */
function dirtySegments({ segments, fromOffset, toOffset }: MapJob): readonly SourceSegment[] {
  return segments.filter(({ baseOffset, endOffset }) => baseOffset < toOffset && endOffset > fromOffset);
}

/** One walk over the batches of the dirty part. */
class MapPass {
  readonly map: OffsetMap;
  readonly #job: MapJob;
  readonly #transactions: CleanedTransactions;
  #isOver = false;
  #isComplete = true;

  constructor(job: MapJob) {
    this.#job = job;
    this.map = OffsetMap.empty(job.limits);
    this.#transactions = new CleanedTransactions(job.aborted);
  }

  /** The map is full, or the dirty part has ended. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** No key was left out because the map was full. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  see(bytes: Buffer): void {
    const { fromOffset, toOffset } = this.#job;
    const batch = new BatchView(bytes);
    const { lastOffset } = batch;
    if (batch.baseOffset >= toOffset) {
      this.#isOver = true;
      return;
    }
    const counts = this.#counts(batch, lastOffset);
    if (lastOffset < fromOffset) return;
    if (counts) this.#putKeys(batch);
    if (!this.#isOver) this.map.advance(lastOffset);
  }

  #counts(batch: BatchView, lastOffset: number): boolean {
    if (batch.isControl) {
      this.#transactions.onMarker(batch.producerId, lastOffset, readMarker(batch.bytes)?.isAbort);
      return false;
    }
    return !batch.isTransactional || !this.#transactions.onData(batch.producerId, lastOffset);
  }

  #putKeys(batch: BatchView): void {
    const { map } = this;
    const { fromOffset, pace } = this.#job;
    const iterator = new RecordIterator(batch, { decompressedBytesMax: pace.decompressedBytesMax });
    while (iterator.next()) {
      if (iterator.keyLength < 0 || iterator.offset < fromOffset) continue;
      if (map.isFull) {
        this.#isOver = true;
        this.#isComplete = false;
        return;
      }
      map.put(iterator.bytes, iterator.keyStart, iterator.keyLength, iterator.offset);
    }
  }
}
