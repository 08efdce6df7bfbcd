import type { PartitionRegistration } from './metadata-image.ts';

/** Kafka's `DirectoryId.LOST` (KIP-858), in the place of the folder that holds a replica: the replica cannot be used. */
export const LOST_DIRECTORY = 'AAAAAAAAAAAAAAAAAAAAAQ';

type Places = Pick<PartitionRegistration, 'replicas' | 'directories'>;

/** Whether a broker has no usable copy of a partition: its log cannot be opened, or came back empty and is not copied yet. */
export function isLost({ replicas, directories }: Places, brokerId: number): boolean {
  const at = replicas.indexOf(brokerId);
  return at >= 0 && directories[at] === LOST_DIRECTORY;
}

/** The directories of a partition, with those of some replicas replaced. */
export function directoriesWith(
  { replicas, directories }: Places,
  directoryOf: (brokerId: number) => string | undefined,
): readonly string[] {
  return replicas.map((id, at) => directoryOf(id) ?? directories[at] ?? UNASSIGNED_DIRECTORY);
}

/** Kafka's `DirectoryId.UNASSIGNED`: the broker has not said, or has no choice. */
export const UNASSIGNED_DIRECTORY = 'AAAAAAAAAAAAAAAAAAAAAA';
