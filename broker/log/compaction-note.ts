import type { Disk } from '../../src/base/environment.ts';
import { writeAside } from '../../src/base/write-aside.ts';
import { encodeCheckpoint, isForeign, readCheckpoint } from './checkpoint-file.ts';

/** Beside the segments of a log; Apache Kafka neither writes nor reads it. */
const NOTE_FILE = 'compaction-checkpoint';

/** What a log cleaner of ours has written down of a log. */
interface CompactionNote {
  /** The last cleaning has found the log compacted up to there. */
  readonly cleanedFrom: number;
  /** It compacts the log up to there. */
  readonly cleanedTo: number;
  /** Below are holes between segments that Kafka's cleaner has left. */
  readonly holesTo: number;
}

/**
 * Up to where a log may have holes between its segments. Of each group of segments that our cleaner puts together at least the header of
 * the last batch stays, so that a hole means that a segment is missing; Kafka's leaves holes. Whose work a log is, is told by a
 * note, a file with one line `cleaned-from cleaned-to holes-to`, which is on the disk before the first segment is replaced. Where the checkpoint
 * of the cleaner says anything but what it may say after that, or there is no note, Kafka has been there.
 * @param cleanedTo up to where the log is compacted, as the checkpoint says.
 */
export function holesUpTo(disk: Disk, directory: string, cleanedTo: number): number {
  if (cleanedTo === 0) return 0;
  const note = readNote(disk, `${directory}/${NOTE_FILE}`);
  const isOurs = note !== undefined && (cleanedTo <= note.cleanedFrom || cleanedTo === note.cleanedTo);
  return isOurs ? Math.min(note.holesTo, cleanedTo) : cleanedTo;
}

/**
 * Notes, off the event loop, that the log is about to be compacted up to an offset. That survives a power loss when its folder has
 * been synced.
 * @param isGone the folder may be another log's by now, and nothing is written.
 */
export async function noteCompaction(
  disk: Disk,
  directory: string,
  { cleanedFrom, cleanedTo, holesTo, isGone }: CompactionNote & { readonly isGone: () => boolean },
): Promise<void> {
  const path = `${directory}/${NOTE_FILE}`;
  await writeAside(disk, `${path}.next`, [encodeCheckpoint([`${cleanedFrom} ${cleanedTo} ${holesTo}`])]);
  if (!isGone()) disk.rename(`${path}.next`, path);
}

/** Undefined where there is none, or none that can be read: then holes are not taken for damage. */
function readNote(disk: Disk, path: string): CompactionNote | undefined {
  try {
    const [line = ''] = readCheckpoint(disk, path);
    if (!/^\d+ \d+ \d+$/.test(line)) return undefined;
    const [cleanedFrom = 0, cleanedTo = 0, holesTo = 0] = line.split(' ').map(Number);
    return { cleanedFrom, cleanedTo, holesTo };
  } catch (error) {
    if (!isForeign(error)) throw error;
    return undefined;
  }
}
