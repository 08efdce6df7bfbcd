import { errorRecord } from '../../../streams/threads/error-record.ts';
import type { MaterializedTable } from '../../host/host.ts';
import type { FoundRows, SentLookup } from './messages.ts';
import { receivedRow, sentTableRow } from './sent-rows.ts';

/** Reads the rows of a key for another thread. Never rejects: others are read with it. */
export async function foundRows(
  table: MaterializedTable,
  { key, range, options }: SentLookup,
): Promise<FoundRows> {
  try {
    const rows = await table.get(receivedRow(key), range, options);
    return { rows: rows.map(sentTableRow) };
  } catch (error) {
    return { error: errorRecord(error) };
  }
}
