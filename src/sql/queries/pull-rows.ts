import type { Row } from '../../serde/model/sql-value.ts';
import type { StoreQueryOptions } from '../../streams/runtime/queryable-stores.ts';
import type { DataSource } from '../catalog/data-source.ts';
import type { MaterializedRow, MaterializedTable } from '../host/host.ts';
import type { Programs } from '../user-calls/programs.ts';
import type { PullPlan } from './pull-query.ts';

/** What a pull query reads, and who calls functions of users for it. */
export interface PullRead {
  readonly table: MaterializedTable;
  readonly part: StoreQueryOptions;
  readonly programs: Programs;
}

/** Runs a pull query over a part of a table's rows, which are read as they are asked for, some at a time. */
export async function* runPull(
  plan: PullPlan,
  { table, part, programs }: PullRead,
): AsyncGenerator<readonly Row[], void> {
  const { results } = plan;
  let { limit: room = Number.POSITIVE_INFINITY } = plan;
  for await (const found of rowsOf(plan, table, part)) {
    if (typeof results === 'function') {
      const rows = resultsOf(plan, found, results, room);
      room -= rows.length;
      if (rows.length > 0) yield rows;
    } else {
      for await (const rows of programs.run(results, kept(plan, found), room)) {
        room -= rows.length;
        yield rows;
      }
    }
    if (room <= 0) return;
  }
}

/** What a query gives of rows that were found, where it calls no functions of users. @param most so many are enough. */
export function resultsOf(
  plan: PullPlan,
  found: readonly MaterializedRow[],
  results: (row: Row) => Row,
  most: number = plan.limit ?? Number.POSITIVE_INFINITY,
): readonly Row[] {
  return kept(plan, found, most).map(results);
}

/** Rows that expressions read, without those that are out of question. @param most so many are enough. */
function kept(
  { source, keep }: PullPlan,
  found: readonly MaterializedRow[],
  most = Number.POSITIVE_INFINITY,
): readonly Row[] {
  const rows: Row[] = [];
  for (const each of found) {
    if (rows.length >= most) break;
    const row = processingValues(source, each);
    if (keep(row)) rows.push(row);
  }
  return rows;
}

async function* rowsOf(
  { access }: PullPlan,
  table: MaterializedTable,
  part: StoreQueryOptions,
): AsyncGenerator<readonly MaterializedRow[], void> {
  if (access.kind === 'scan') yield* table.scan(access.keys, part);
  else for (const { key, range } of access.lookups) yield await table.get(key, range, part);
}

/** The row that expressions read, in the order of `processingRow`. */
function processingValues(source: DataSource, { key, value, window, timestamp }: MaterializedRow): Row {
  return [
    ...value,
    // Headers are only kept by tables made straight from a topic.
    ...source.schema.headers.slice(value.length - source.schema.value.length).map(() => null),
    timestamp,
    null,
    null,
    ...(source.topic.keyFormat.window === undefined ? [] : [window?.startMs ?? null, window?.endMs ?? null]),
    ...key,
  ];
}
