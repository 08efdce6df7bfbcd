import { UnreadRecords } from '../../client/consumer/unread-records.ts';
import type { FetchedRecords, TopicPartition } from '../../client/types.ts';
import { changelogBytes, type ChangelogRecord, type DirectRestore } from '../state/managed-store.ts';
import type { RowBlock } from '../state/row-block.ts';
import { unrestorable } from '../state/state-format.ts';
import type { SourceChangelog } from './source-changelog.ts';

/** A change that is to be restored, and where it stands. */
export interface RestoredChange extends ChangelogRecord {
  readonly offset: number;
}

/** The changes that records are: of a changelog, or of what is read in its place. */
export function changesOf(
  records: FetchedRecords['records'],
  source: SourceChangelog | undefined,
): readonly RestoredChange[] {
  return source?.changesOf(records) ?? records.filter(hasKey);
}

/**
 * Takes one change after the other.
 * @throws {OperationalError} `STATE_FORMAT_UNKNOWN`, with the offset, for one that cannot be taken.
 */
export function eachChange(
  changes: readonly RestoredChange[],
  { topic, partition }: TopicPartition,
  take: (change: RestoredChange) => void,
): void {
  let offset = -1;
  try {
    for (const change of changes) {
      offset = change.offset;
      take(change);
    }
  } catch (error) {
    throw offset < 0 ? error : unrestorable(error, { topic, partition, offset });
  }
}

/**
 * The rows of a store that records of its changelog are, all of them checked before any is written.
 * @throws {OperationalError} `STATE_FORMAT_UNKNOWN`, with the offset, for one that is no row.
 */
export function rowsOf(
  fetched: FetchedRecords,
  direct: DirectRestore,
  source: SourceChangelog | undefined,
): { readonly rows: RowBlock; readonly count: number } {
  if (source === undefined && fetched instanceof UnreadRecords) {
    const rows = direct.block(fetched.count);
    return { rows, count: readRows(fetched, direct, rows) };
  }
  const { records } = fetched;
  const rows = direct.block(records.length);
  eachChange(changesOf(records, source), fetched, (change) => direct.add(rows, changelogBytes(change)));
  return { rows, count: records.length };
}

/** Answers how many records there were. */
function readRows(fetched: UnreadRecords, direct: DirectRestore, rows: RowBlock): number {
  const { topic, partition } = fetched;
  let offset = -1;
  try {
    return fetched.read((record) => {
      if (record.keyLength < 0) return;
      offset = record.offset;
      direct.add(rows, record);
    });
  } catch (error) {
    throw offset < 0 ? error : unrestorable(error, { topic, partition, offset });
  }
}

function hasKey<R extends { readonly key: Buffer | null }>(
  record: R,
): record is R & { readonly key: Buffer } {
  return record.key !== null;
}
