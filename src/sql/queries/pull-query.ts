import type { Expression, Query } from '../../../grammar/ast.ts';
import { assert } from '../../base/assert.ts';
import type { Row, SqlValue } from '../../serde/model/sql-value.ts';
import { keyOfRow, processingRow } from '../analysis/processing-row.ts';
import { bindClauseOver, bindOver, knownType, typeOver } from '../analysis/row-scope.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { withPrefix } from '../analysis/sql-error.ts';
import { checkUserCalls } from '../analysis/user-calls.ts';
import { windowColumns } from '../analysis/system-columns.ts';
import type { BoundExpression } from '../bound/nodes.ts';
import type { DataSource } from '../catalog/data-source.ts';
import type { RowColumn } from '../logical/nodes.ts';
import { selectColumns } from '../logical/select-columns.ts';
import { rowProjection, rowTest } from '../lowering/lowering-context.ts';
import { StreamsBuilder } from '../../streams/builder/streams-builder.ts';
import type { StoreQueryOptions } from '../../streams/runtime/queryable-stores.ts';
import type { MaterializedRow, MaterializedTable } from '../host/host.ts';
import { analyzePull } from './pull-clauses.ts';
import { type Access, checkLikes, planAccess } from './pull-where.ts';
import type { ResultColumn } from './query-results.ts';
import { allTimes, isWindowBound } from './window-bounds.ts';

/** A SELECT over the rows of a table as they are now. */
export interface PullPlan {
  readonly source: DataSource;
  readonly columns: readonly ResultColumn[];
  readonly access: Access;
  readonly limit: number | undefined;
  readonly keep: (row: Row) => boolean;
  readonly project: (row: Row) => SqlValue[];
}

/** Plans a pull query. @throws {DiagnosticError} for clauses that only push queries have. */
export function planPull(query: Query, context: AnalysisContext): PullPlan {
  const analyzed = analyzePull(query, context);
  const { source } = analyzed.sources.first;
  assert(source.kind === 'TABLE', 'streams are read by a push query that ends');
  const row = processingRow(source);
  const items = selectColumns({
    query: analyzed,
    row,
    context,
    persistent: false,
    ...(source.schema.headers.length === 0 ? {} : { starPlaces: starOf(source) }),
  });
  for (const { expression } of items) checkUserCalls(expression, 'a pull query', context);
  const bound = items.map(({ expression }) => bindOver(row, expression, context));
  const types = bound.map(knownType);
  const lowering = { builder: new StreamsBuilder(), analysis: context };
  const where = analyzed.where === undefined ? undefined : analyzed.sources.resolve(analyzed.where);
  let test: BoundExpression | undefined;
  if (where !== undefined) {
    checkUserCalls(where, 'a pull query', context);
    checkLikes(where, source, context);
    checkBetweens(where, row, context);
    test = bindClauseOver('WHERE', row, where, context);
  }
  const access = planAccess(where, source, context);
  return {
    source,
    columns: items.map(({ name, expression }, index) => ({
      name,
      type: types[index] ?? { kind: 'STRING' },
      ...originOf(expression, source),
    })),
    access,
    limit: query.limit,
    keep: test === undefined ? () => true : rowTest(test, lowering),
    project: rowProjection(bound, lowering),
  };
}

/** What `*` means of a table with headers: they come before the values. */
function starOf(source: DataSource): readonly number[] {
  const { value, headers } = source.schema;
  const row = processingRow(source);
  const places = [...row.keys()];
  const afterHeaders = value.length + headers.length;
  const bounds = places.filter((place) => {
    const system = row[place]?.system;
    return system !== undefined && windowColumns.has(system);
  });
  return [
    ...keyOfRow(row, source).flatMap(({ place }) => place ?? []),
    ...bounds,
    ...places.slice(value.length, afterHeaders),
    ...places.slice(0, value.length),
  ];
}

/** Whether an expression is a key or header column as it is. */
function originOf(expression: Expression, { schema }: DataSource): Pick<ResultColumn, 'isKey' | 'header'> {
  if (expression.kind !== 'ColumnReference') return { isKey: false };
  const { name } = expression;
  const header = schema.headers.find((column) => column.name === name);
  if (header !== undefined) {
    return { isKey: false, header: header.headerKey === undefined ? {} : { key: header.headerKey } };
  }
  return { isKey: isWindowBound(expression) || schema.key.some((column) => column.name === name) };
}

/** BETWEEN is two comparisons, of which ksqlDB learns the types when it compiles them. */
function checkBetweens(where: Expression, row: readonly RowColumn[], context: AnalysisContext): void {
  if (where.kind === 'Logical') {
    checkBetweens(where.left, row, context);
    checkBetweens(where.right, row, context);
  } else if (where.kind === 'Not') checkBetweens(where.operand, row, context);
  else if (where.kind === 'Between') {
    withPrefix('Invalid expression: ', () => typeOver(row, where, context));
  }
}

/** Runs a pull query over a part of a table's rows, which are read as they are asked for, some at a time. */
export async function* runPull(
  plan: PullPlan,
  table: MaterializedTable,
  part: StoreQueryOptions,
): AsyncGenerator<readonly Row[], void> {
  let { limit: room = Number.POSITIVE_INFINITY } = plan;
  for await (const found of rowsOf(plan, table, part)) {
    const rows: Row[] = [];
    for (const each of found) {
      if (rows.length >= room) break;
      const row = processingValues(plan.source, each);
      if (plan.keep(row)) rows.push(plan.project(row));
    }
    room -= rows.length;
    if (rows.length > 0) yield rows;
    if (room <= 0) return;
  }
}

async function* rowsOf(
  { access }: PullPlan,
  table: MaterializedTable,
  part: StoreQueryOptions,
): AsyncGenerator<readonly MaterializedRow[], void> {
  if (access.kind === 'scan') yield* table.scan(allTimes, part);
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
