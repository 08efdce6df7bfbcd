import { parseDirectoryName } from '../../../broker/log/partition-directory.ts';
import { METADATA_TOPIC } from '../../../broker/quorum/raft-log.ts';
import { DirectoryNode } from '../directory-node.ts';
import { FileNode } from '../file-node.ts';
import type { SimulatedMedium } from '../simulated-disk.ts';
import { isNoticed, placesIn } from './place-damage.ts';

/** What is checked when it is used: indexes of offsets and times, snapshots of producers. That of transactions has no checksum. */
const CHECKED = /\.(index|timeindex|snapshot)$/;

/**
 * Changes one file of some partition as it lies on a disk whose machine is off: bits flip, or a sector is lost. It is one of
 * those that a broker checks: the newest segment, which is read again after a power loss, or a file that has a checksum or
 * can be made from the segment. An old segment is checked by who reads its records, as in Kafka, and then stays damaged. Nor
 * does anything happen that nobody can notice, see `place-damage.ts`.
 * @returns which file and what has become of it; undefined when nothing has.
 */
export function damageFile(medium: SimulatedMedium): string | undefined {
  const { random, root } = medium;
  const data = root.get('data');
  if (!(data instanceof DirectoryNode)) return undefined;
  const found: { readonly path: string; readonly file: FileNode; readonly startOffset?: number }[] = [];
  for (const directory of data.names()) {
    const node = data.get(directory);
    const isPartition = parseDirectoryName(directory) !== undefined && !directory.startsWith(METADATA_TOPIC);
    if (!isPartition || !(node instanceof DirectoryNode)) continue;
    const names = node.names();
    const newest = names.findLast((name) => name.endsWith('.log'));
    for (const name of names) {
      const file = node.get(name);
      if (!(file instanceof FileNode) || file.size === 0) continue;
      const path = `${directory}/${name}`;
      if (name === newest) found.push({ path, file, startOffset: Number.parseInt(name, 10) });
      else if (CHECKED.test(name)) found.push({ path, file });
    }
  }
  if (found.length === 0) return undefined;
  const { path, file, startOffset } = random.pick(found);
  const before = placesIn(file);
  const { what, undo } = file.damage(random);
  if (startOffset !== undefined && !isNoticed(before, placesIn(file), startOffset)) {
    undo();
    return undefined;
  }
  return `${path}: ${what}`;
}
