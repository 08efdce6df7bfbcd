import type { Disk } from '../../src/base/environment.ts';
import { foreign } from './checkpoint-file.ts';

/** The file that says which topic (by id, KIP-516) a partition's folder was made for. */
export const PARTITION_METADATA = 'partition.metadata';

const VERSION = 0;

export function encodePartitionMetadata(topicId: string): Buffer {
  return Buffer.from(`version: ${VERSION}\ntopic_id: ${topicId}`);
}

const BYTES_MIN = encodePartitionMetadata('A'.repeat(22)).length;

/**
 * The topic id in the file, undefined where there is no file or the power went before it was synced: then it is cut
 * short or has the right length with zeros in it.
 */
export function readPartitionMetadata(disk: Disk, path: string): string | undefined {
  if (!disk.exists(path)) return undefined;
  const content = disk.readFile(path).toString('utf8');
  if (content.length < BYTES_MIN || content.includes('\0')) return undefined;
  const match = /^version: (\d+)\ntopic_id: ([\w-]{22})\n?$/.exec(content);
  if (match === null) throw foreign(path, 'it is not "version: 0" and "topic_id: ..."');
  const [, version, topicId] = match;
  if (Number(version) > VERSION)
    throw foreign(path, `it has version ${version}, this program knows ${VERSION}`);
  return topicId;
}
