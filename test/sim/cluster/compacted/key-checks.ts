import { isAborted, type KeyHistory, type KeyWrite, offsetOf } from './key-history.ts';

/** What a reader in read_committed was given of a topic, from its beginning to where it was caught up. */
export interface Scan {
  /** The last record of each key: where it is, and the id of its write. */
  readonly last: ReadonlyMap<string, { readonly offset: number; readonly id: string }>;
  /** Last stable offsets when it began, by partition: what is before that, it must have met. */
  readonly stable: readonly number[];
  /** Where it ended, by partition: what is from there on, it did not see. */
  readonly reached: readonly number[];
}

export interface KeyFault {
  readonly checker: string;
  readonly what: string;
}

/**
 * What is wrong with what a reader was given of a compacted topic, in words, where `latest` are the writes that were there
 * for certain when it began ({@link KeyHistory.latest}):
 *
 * - `latest-lost`: the last value of a key is not there, or an older one is the last;
 * - `key-resurrected`: a key whose last write is a tombstone has an older value again;
 * - `aborted-read`: the last value of a key is of a transaction that was aborted;
 * - `foreign-record`: or one that nobody sent.
 *
 * @param options.isExpired writes that retention may have taken.
 * @param options.isFinal whether nothing was written or compacted while it read: then it has met all.
 */
export function faultsOfScan(
  { last, stable, reached }: Scan,
  options: {
    readonly history: KeyHistory;
    readonly latest: readonly KeyWrite[];
    readonly isExpired: (write: KeyWrite) => boolean;
    readonly isFinal: boolean;
  },
): readonly KeyFault[] {
  const { history, latest, isExpired, isFinal } = options;
  const faults: KeyFault[] = [];
  for (const [key, { offset, id }] of last) {
    const write = history.find(id);
    const what = `the last value of ${key} is ${id}, at ${offset}`;
    if (write?.key !== key) faults.push({ checker: 'foreign-record', what });
    else if (isAborted(write)) faults.push({ checker: 'aborted-read', what: `${what}, which was aborted` });
  }
  for (const write of latest) {
    const { key, partition, isTombstone, id } = write;
    const offset = offsetOf(write);
    if (offset >= (stable[partition] ?? 0)) continue;
    // What the reader has not met may have let go of it while it read.
    const others = history.of(key).filter((other) => other !== write && !isAborted(other));
    const end = reached[partition] ?? 0;
    if (!isFinal && others.some((other) => mayBeAfter(other, end - 1))) continue;
    const isDeleted = isTombstone || others.some((other) => other.isTombstone && mayBeAfter(other, offset));
    const found = last.get(key);
    const what = `${key} has ${id} at ${partition}:${offset}`;
    if (found === undefined) {
      if (!isDeleted && !isExpired(write))
        faults.push({ checker: 'latest-lost', what: `${what}, and is not there` });
    } else if (found.offset < offset) {
      // A reader that takes longer than tombstones are kept may meet a value and not what has deleted it.
      if ((isDeleted && !isFinal) || isExpired(write)) continue;
      const checker = isTombstone ? 'key-resurrected' : 'latest-lost';
      faults.push({ checker, what: `${what}, and its last is ${found.id} at ${found.offset}` });
    } else if (found.offset === offset && found.id !== id) {
      faults.push({ checker: 'read-differs', what: `${what}, where is ${found.id}` });
    }
  }
  return faults;
}

function mayBeAfter(write: KeyWrite, offset: number): boolean {
  const own = offsetOf(write);
  return own < 0 || own > offset;
}
