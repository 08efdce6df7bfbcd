import type { Disk } from '../../../src/base/environment.ts';
import { OpenSegments } from '../open-segments.ts';
import { Segment } from '../segment.ts';
import { CLEANED_SUFFIX } from '../segment-files.ts';
import { BatchFilter } from './batch-filter.ts';
import { BatchReader, placed } from './batch-reader.ts';
import { CleanedTransactions } from './cleaned-transactions.ts';
import type { GroupJob, GroupResult, SourceSegment } from './cleaner-job.ts';
import { LiveOffsets } from './live-offsets.ts';
import { OffsetMap } from './offset-map.ts';
import type { Pacer } from './pacer.ts';
import { SegmentOutput } from './segment-output.ts';

/**
 * Second pass of a cleaning over one group of segments: copies what stays into one segment, whose files end with `.cleaned`, and
 * syncs them. Who has asked for it puts them in the place of the group's, or removes them.
 */
export async function cleanGroup(job: GroupJob, disk: Disk, pacer: Pacer): Promise<GroupResult> {
  const transactions = new CleanedTransactions(job.aborted, job.transactions);
  const filter = new BatchFilter({
    ...job,
    decompressedBytesMax: job.pace.decompressedBytesMax,
    map: OffsetMap.from(job.map),
    live: new LiveOffsets(job.live),
    transactions,
  });
  const target = createTarget(job, disk);
  try {
    const output = new SegmentOutput(target, job.pace.readBytes);
    let bytesRead = 0;
    const lastWithBatches = job.segments.findLast(({ sizeInBytes }) => sizeInBytes > 0);
    for (const source of job.segments) {
      const copy = { source, isLast: source === lastWithBatches, readBytes: job.pace.readBytes };
      bytesRead += await copyKept(copy, { disk, filter, output, pacer });
    }
    output.flush();
    for (const entry of filter.aborted) target.aborted.push(entry);
    target.seal();
    await target.prepareSync()();
    return {
      transactions: transactions.state,
      hasAborted: filter.aborted.length > 0,
      bytesRead,
      bytesWritten: target.sizeInBytes,
    };
  } finally {
    target.leave();
  }
}

function createTarget({ directory, indexIntervalBytes, segments, nowMs }: GroupJob, disk: Disk): Segment {
  return Segment.create({
    disk,
    directory,
    indexIntervalBytes,
    baseOffset: segments[0]?.baseOffset ?? 0,
    fileSuffix: CLEANED_SUFFIX,
    openSegments: new OpenSegments(Number.POSITIVE_INFINITY),
    createdMs: nowMs,
  });
}

interface Copy {
  readonly source: SourceSegment;
  /** Its end is that of the group. */
  readonly isLast: boolean;
  readonly readBytes: number;
}

/** Copies what stays of one segment. @returns the bytes that were read. */
async function copyKept(
  { source, isLast, readBytes }: Copy,
  { disk, filter, output, pacer }: { disk: Disk; filter: BatchFilter; output: SegmentOutput; pacer: Pacer },
): Promise<number> {
  const file = disk.open(source.path, 'read');
  let bytesRead = 0;
  try {
    const reader = new BatchReader(file, source, readBytes);
    const isDead = (bytes: Buffer, at: number, isAtEnd: boolean): boolean =>
      !(isLast && isAtEnd) && filter.isDead(bytes, at);
    while (!reader.isAtEnd) {
      const batch = reader.skipIf(isDead) ? undefined : reader.next();
      const kept = batch && filter.filter(batch, { isLast: isLast && reader.isAtEnd });
      if (kept !== undefined) output.append(kept);
      const read = reader.takeBytesRead();
      if (read === 0) continue;
      bytesRead += read;
      const pause = pacer.spend(read + output.takeBytesWritten());
      if (pause !== undefined) await pause;
    }
  } catch (error) {
    throw placed(error, source.path);
  } finally {
    file.close();
  }
  return bytesRead;
}
