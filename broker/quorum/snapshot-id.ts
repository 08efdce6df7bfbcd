/** Names a snapshot of the metadata: it holds what the records below `endOffset` have made. */
export interface SnapshotId {
  readonly endOffset: number;
  /** Leader epoch of the record before {@link endOffset}. */
  readonly epoch: number;
}

const OFFSET_DIGITS = 20;
const EPOCH_DIGITS = 10;
const NAME = /^(\d{20})-(\d{10})\.checkpoint$/;

/** What is being written has this behind its name until it is whole. */
export const PART_SUFFIX = '.checkpoint.part';

/** Returns the name of a snapshot's file (KIP-630), without {@link PART_SUFFIX}. */
export function snapshotFileName({ endOffset, epoch }: SnapshotId): string {
  const offset = String(endOffset).padStart(OFFSET_DIGITS, '0');
  return `${offset}-${String(epoch).padStart(EPOCH_DIGITS, '0')}.checkpoint`;
}

/** Returns the id that a file's name says, undefined for the name of anything else. */
export function parseSnapshotFileName(name: string): SnapshotId | undefined {
  const [, offset, epoch] = NAME.exec(name) ?? [];
  if (offset === undefined || epoch === undefined) return undefined;
  const id = { endOffset: Number(offset), epoch: Number(epoch) };
  return Number.isSafeInteger(id.endOffset) ? id : undefined;
}
