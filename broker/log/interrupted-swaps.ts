import type { Disk } from '../../src/base/environment.ts';
import { CLEANED_SUFFIX, parseSegmentFileName, SWAP_SUFFIX } from './segment-files.ts';
import { SegmentDamage } from './segment-damage.ts';
import { scanBatches, UNDAMAGED } from './segment-scan.ts';

/** A file that was about to become one of a segment. */
interface SwapFile {
  readonly baseOffset: number;
  /** What it is to be called. */
  readonly name: string;
  readonly isLog: boolean;
}

/**
 * Completes what a crash has interrupted while a log cleaner put new segments in the place of old ones, by Kafka's rules. Files
 * that end with `.swap` are complete and synced. They are dropped where there are still `.cleaned` ones from the same offset on:
 * not all had their new names, so the old segments are all there. Else the old segments that they stand for go, as far as they
 * are still there, and they take their names; the `.log` first, so that an index that has its name has its segment, too.
 * @returns the names in the folder afterwards.
 * @throws {SegmentDamage}
 */
export function finishSwaps(disk: Disk, directory: string, names: readonly string[]): readonly string[] {
  const swaps = filesWith(names, SWAP_SUFFIX);
  if (swaps.length === 0) return names;
  const firstCleaned = Math.min(...filesWith(names, CLEANED_SUFFIX).map(({ baseOffset }) => baseOffset));
  const pathOf = (name: string): string => `${directory}/${name}`;
  const complete: SwapFile[] = [];
  for (const swap of swaps) {
    if (swap.baseOffset < firstCleaned) complete.push(swap);
    else disk.remove(pathOf(swap.name + SWAP_SUFFIX));
  }
  removeReplaced(disk, { directory, names, logs: complete.filter(({ isLog }) => isLog) });
  for (const { name } of complete.toSorted((a, b) => Number(b.isLog) - Number(a.isLog)))
    disk.rename(pathOf(name + SWAP_SUFFIX), pathOf(name));
  return disk.list(directory);
}

function filesWith(names: readonly string[], suffix: string): readonly SwapFile[] {
  const found: SwapFile[] = [];
  for (const each of names) {
    if (!each.endsWith(suffix)) continue;
    const name = each.slice(0, -suffix.length);
    const file = parseSegmentFileName(name);
    if (file !== undefined) found.push({ baseOffset: file.baseOffset, name, isLog: file.kind === 'log' });
  }
  return found;
}

/** Removes the files of the segments that lie where the new ones do, and what the producers were there. */
function removeReplaced(
  disk: Disk,
  options: {
    readonly directory: string;
    readonly names: readonly string[];
    readonly logs: readonly SwapFile[];
  },
): void {
  const { directory, names, logs } = options;
  const start = Math.min(...logs.map(({ baseOffset }) => baseOffset));
  const end = Math.max(
    ...logs.map((log) => endOffsetOf(disk, `${directory}/${log.name}${SWAP_SUFFIX}`, log)),
  );
  for (const name of names) {
    const file = parseSegmentFileName(name);
    if (file === undefined || file.baseOffset < start || file.baseOffset >= end) continue;
    disk.remove(`${directory}/${name}`);
  }
}

/** Where the last batch of a file ends. */
function endOffsetOf(disk: Disk, path: string, { baseOffset }: SwapFile): number {
  const file = disk.open(path, 'read');
  try {
    let endOffset = baseOffset;
    const source = {
      baseOffset,
      sizeInBytes: file.size(),
      readAt: (target: Buffer, position: number, length: number) => file.read(target, 0, length, position),
    };
    const damagedAt = scanBatches(source, 0, (batch) => {
      endOffset = batch.lastOffset + 1;
      return true;
    });
    if (damagedAt !== UNDAMAGED) throw new SegmentDamage(path, damagedAt);
    return endOffset;
  } finally {
    file.close();
  }
}
