import type { Row } from '../../serde/model/sql-value.ts';
import type { KeyCopy } from '../logical/nodes.ts';
import type { PlanColumn, Step } from '../physical/steps.ts';
import type { PushRecord } from '../host/host.ts';
import type { PushRow, ResultColumn } from './query-results.ts';
import { readType } from '../types/read-type.ts';

/** The columns that a transient query results in. */
export function columnsOf(root: Step): readonly ResultColumn[] {
  const copies = keyCopiesOf(root);
  return root.schema.row.map((column, index) => resultColumn(column, typeof copies[index] === 'number'));
}

/** The columns that a persistent query writes: its keys, which its rows do not repeat, and the others. */
export function writtenColumnsOf({ schema }: Step): readonly ResultColumn[] {
  return [
    ...schema.key.map((column) => resultColumn(column, true)),
    ...schema.row.map((column) => resultColumn(column, false)),
  ];
}

function resultColumn({ name, type }: PlanColumn, isKey: boolean): ResultColumn {
  return { name, type: readType(type), isKey };
}

/** From a result to the row that is shown. Of a deletion that is what was selected of its key. */
export function pushRowOf(root: Step): (record: PushRecord) => PushRow {
  const copies = keyCopiesOf(root);
  return ({ key, row, window, token }) => {
    const continuation = token === undefined ? {} : { continuationToken: token };
    if (row !== null) return { columns: row, ...continuation };
    const valueOf = (copy: KeyCopy): Row[number] => {
      if (copy === 'WINDOWSTART') return window?.startMs ?? null;
      if (copy === 'WINDOWEND') return window?.endMs ?? null;
      return copy === null ? null : (key?.[copy] ?? null);
    };
    return { columns: copies.map(valueOf), tombstone: true, ...continuation };
  };
}

/** What each column of a result repeats of the key. */
function keyCopiesOf(root: Step): readonly KeyCopy[] {
  const copies = root.step === 'project' ? root.keyCopies : undefined;
  return copies ?? root.schema.row.map(() => null);
}
