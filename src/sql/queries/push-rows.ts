import type { Row } from '../../serde/model/sql-value.ts';
import type { Step } from '../physical/steps.ts';
import type { PushRecord } from '../host/host.ts';
import type { PushRow, ResultColumn } from './query-results.ts';
import { readType } from '../types/read-type.ts';

/** The columns that a step results in. */
export function columnsOf(step: Step): readonly ResultColumn[] {
  const keys = new Set(step.schema.key.map(({ name }) => name));
  return step.schema.row.map(({ name, type }) => ({ name, type: readType(type), isKey: keys.has(name) }));
}

/** The columns that a persistent query writes: its keys, which its rows do not repeat, and the others. */
export function writtenColumnsOf(step: Step): readonly ResultColumn[] {
  const keys = step.schema.key.map(({ name, type }) => ({ name, type: readType(type), isKey: true }));
  return [...keys, ...columnsOf(step).filter(({ isKey }) => !isKey)];
}

/** From a result to the row that is shown. A deletion is shown by its key columns, where they were selected. */
export function pushRowOf(columns: readonly ResultColumn[], root: Step): (record: PushRecord) => PushRow {
  const keyNames = root.schema.key.map(({ name }) => name);
  return ({ key, row, window }) => {
    if (row !== null) return { columns: row };
    const valueOf = (name: string): Row[number] => {
      if (window !== undefined && name === 'WINDOWSTART') return window.startMs;
      if (window !== undefined && name === 'WINDOWEND') return window.endMs;
      return key?.[keyNames.indexOf(name)] ?? null;
    };
    return { columns: columns.map(({ name }) => valueOf(name)), tombstone: true };
  };
}
