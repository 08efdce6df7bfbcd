import type { FileNode } from '../file-node.ts';
import { batchesAt } from './disk-view.ts';

/** What a batch says of its place in the log, which no checksum covers in Kafka's format: brokers stamp it. */
export interface BatchPlace {
  readonly baseOffset: number;
  readonly nextOffset: number;
  readonly leaderEpoch: number;
}

/** Further than any log or epoch of a run comes: what is said to be there is nowhere, and the leader says so. */
const FAR = 2 ** 20;

/** The batches of a segment, as far as their checksums are right: what comes after is cut by a recovery. */
export function placesIn(segment: FileNode): readonly BatchPlace[] {
  const places: BatchPlace[] = [];
  for (const batch of batchesAt([segment])) {
    if (!batch.isValid()) break;
    const { baseOffset, nextOffset, partitionLeaderEpoch: leaderEpoch } = batch;
    places.push({ baseOffset, nextOffset, leaderEpoch });
  }
  return places;
}

/**
 * Whether a broker can notice that the file of a segment was damaged: by a checksum, by the order of offsets and of epochs, or
 * because a leader that it follows has nothing as far as that. Otherwise the batch is as good as any, for Kafka too: a flipped
 * bit that moves the last batch of a log by 16 offsets leaves a hole as compaction does.
 *
 * @param startOffset of the segment.
 */
export function isNoticed(
  before: readonly BatchPlace[],
  after: readonly BatchPlace[],
  startOffset: number,
): boolean {
  if (after.length < before.length) return true;
  const at = after.findIndex((place, index) => !isSame(place, before[index]));
  const place = after[at];
  // What is not valid was damaged before, and goes.
  if (place === undefined) return true;
  const last = after[at - 1];
  const next = after[at + 1];
  if (place.baseOffset < (last?.nextOffset ?? startOffset)) return true;
  if (next !== undefined && next.baseOffset < place.nextOffset) return true;
  if (last !== undefined && place.leaderEpoch < last.leaderEpoch) return true;
  if (next !== undefined && next.leaderEpoch < place.leaderEpoch) return true;
  const was = before[at];
  if (was === undefined) return true;
  return place.baseOffset - was.baseOffset > FAR || place.leaderEpoch - was.leaderEpoch > FAR;
}

function isSame(a: BatchPlace, b: BatchPlace | undefined): boolean {
  return a.baseOffset === b?.baseOffset && a.leaderEpoch === b.leaderEpoch;
}
