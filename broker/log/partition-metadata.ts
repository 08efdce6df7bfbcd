import type { Disk } from '../../src/base/environment.ts';
import { OperationalError } from '../../src/base/errors.ts';
import { foreign } from './checkpoint-file.ts';

/** The file that says which topic (by id, KIP-516) a partition's folder was made for. */
export const PARTITION_METADATA = 'partition.metadata';

const VERSION = 0;

export function encodePartitionMetadata(topicId: string): Buffer {
  return Buffer.from(`version: ${VERSION}\ntopic_id: ${topicId}`);
}

/**
 * The topic id in the file; undefined where it says none: there is no file, the power went before it was synced (then it is
 * cut short or has zeros in it), or it was damaged. The metadata know which topic has the folder's name.
 * @throws {OperationalError} `FOREIGN_DATA` where a newer release wrote it.
 */
export function readPartitionMetadata(disk: Disk, path: string): string | undefined {
  const content = readIfThere(disk, path);
  if (content === undefined) return undefined;
  const version = Number(/^version: (\d+)\n/.exec(content)?.[1] ?? VERSION);
  if (version > VERSION) {
    throw foreign(path, `it has version ${version}, written by a newer release; this one knows ${VERSION}`);
  }
  return /^version: \d+\ntopic_id: ([\w-]{22})\n?$/.exec(content)?.[1];
}

/** One look at the disk: a start reads thousands of these. */
function readIfThere(disk: Disk, path: string): string | undefined {
  try {
    return disk.readFile(path).toString('utf8');
  } catch (error) {
    if (error instanceof OperationalError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}
