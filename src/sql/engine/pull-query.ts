import type { Expression, Query } from '../../../grammar/ast.ts';
import { formatExpression } from '../../../grammar/printer/expressions.ts';
import { columnsOf } from '../../../grammar/traverse.ts';
import type { Row, SqlValue } from '../../serde/model/sql-value.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import { type AnalyzedQuery, analyzeQuery, expressionsOf } from '../analysis/analyze-query.ts';
import { checkPredicate, knownTypeOver } from '../analysis/row-scope.ts';
import { type AnalysisContext, booleanProperty } from '../analysis/session.ts';
import { sqlError } from '../analysis/sql-error.ts';
import type { DataSource } from '../catalog/data-source.ts';
import { castArgument } from '../expressions/compile.ts';
import { literalValue } from '../expressions/literals.ts';
import type { RowColumn } from '../logical/nodes.ts';
import { selectColumns } from '../logical/select-columns.ts';
import { processingRow } from '../logical/source-node.ts';
import { rowProjection, rowTest } from '../lowering/lowering-context.ts';
import { planColumn } from '../physical/plan-steps.ts';
import { StreamsBuilder } from '../../streams/builder/streams-builder.ts';
import type { MaterializedRow, MaterializedTable, TimeRange } from './host.ts';
import type { ResultColumn } from './results.ts';

/** A SELECT over the rows of a table as they are now. */
export interface PullPlan {
  readonly source: DataSource;
  readonly columns: readonly ResultColumn[];
  /** Keys to look up; undefined: all rows are read. */
  readonly keys: readonly Row[] | undefined;
  readonly range: TimeRange;
  readonly limit: number | undefined;
  readonly keep: (row: Row) => boolean;
  readonly project: (row: Row) => SqlValue[];
}

const always: TimeRange = {
  startMin: Number.MIN_SAFE_INTEGER,
  startMax: Number.MAX_SAFE_INTEGER,
  endMin: Number.MIN_SAFE_INTEGER,
  endMax: Number.MAX_SAFE_INTEGER,
};

/** Plans a pull query. @throws {DiagnosticError} for clauses that only push queries have. */
export function planPull(query: Query, context: AnalysisContext): PullPlan {
  const analyzed = analyzeQuery(query, context);
  rejectClauses(query);
  rejectColumns(analyzed);
  const { source } = analyzed.sources.first;
  if (source.kind === 'STREAM') {
    throw sqlError('Pull queries on streams are not supported yet.', {
      hint: 'add EMIT CHANGES, or query a table made from the stream',
      span: query.from.span,
    });
  }
  const row = processingRow(source);
  const planRow = row.map(planColumn);
  const items = selectColumns({ query: analyzed, row, context, persistent: false });
  const types = items.map(({ expression }): SqlType => knownTypeOver(row, expression, context));
  const lowering = { builder: new StreamsBuilder(), analysis: context };
  const where = analyzed.where === undefined ? undefined : analyzed.sources.internalize(analyzed.where);
  if (where !== undefined) checkPredicate('WHERE', row, where, context);
  const keys = where === undefined ? undefined : keysIn(where, source.schema.key);
  if (
    keys === undefined &&
    booleanProperty(context.properties, 'ksql.query.pull.table.scan.enabled') === false
  ) {
    throw sqlError(
      'Query requires table scan to be enabled. Table scans can be enabled by setting ksql.query.pull.table.scan.enabled=true',
      { hint: 'or name the key in the WHERE clause' },
    );
  }
  const keyNames = source.schema.key.map(({ name }) => name);
  const { project } = rowProjection(
    items.map(({ expression }) => formatExpression(expression)),
    planRow,
    lowering,
  );
  return {
    source,
    columns: items.map(({ name, expression }, index) => ({
      name,
      type: types[index] ?? { kind: 'STRING' },
      isKey: expression.kind === 'ColumnReference' && keyNames.includes(expression.name),
    })),
    keys,
    range: where === undefined ? always : rangeIn(where),
    limit: query.limit,
    keep: where === undefined ? () => true : rowTest(formatExpression(where), planRow, lowering),
    project,
  };
}

/** Rows that are kept have no place in a topic any more. */
function rejectColumns(query: AnalyzedQuery): void {
  const check = (clause: string, expressions: readonly Expression[]): void => {
    const names = expressions.flatMap((expression) => columnsOf(expression).map(({ name }) => name));
    const bad = [...new Set(names)].filter((name) => name === 'ROWPARTITION' || name === 'ROWOFFSET');
    if (bad.length === 0) return;
    throw sqlError(
      `Pull queries don't support the following columns in ${clause} clauses: ${bad.map((name) => `\`${name}\``).join(', ')}`,
    );
  };
  check('SELECT', query.select.flatMap(expressionsOf));
  check('WHERE', query.where === undefined ? [] : [query.where]);
}

function rejectClauses(query: Query): void {
  const clause =
    query.groupBy !== undefined
      ? 'GROUP BY'
      : query.partitionBy !== undefined
        ? 'PARTITION BY'
        : query.having !== undefined
          ? 'HAVING'
          : query.window !== undefined
            ? 'WINDOW'
            : query.from.joins.length > 0
              ? 'JOIN'
              : undefined;
  if (clause === undefined) return;
  throw sqlError(`Pull queries don't support ${clause} clauses.`, {
    hint: 'make a table of it with CREATE TABLE … AS SELECT, or add EMIT CHANGES',
    span: query.span,
  });
}

/** Runs a pull query over a table's rows. */
export async function runPull(plan: PullPlan, table: MaterializedTable): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const { limit = Number.POSITIVE_INFINITY } = plan;
  if (plan.keys === undefined) {
    for await (const found of table.scan(plan.range)) {
      if (rows.length >= limit) break;
      take(plan, found, rows);
    }
    return rows;
  }
  for (const key of plan.keys) {
    for (const found of await table.get(key, plan.range)) if (rows.length < limit) take(plan, found, rows);
  }
  return rows;
}

function take(plan: PullPlan, found: MaterializedRow, rows: Row[]): void {
  const row = processingValues(plan.source, found);
  if (plan.keep(row)) rows.push(plan.project(row));
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

function conjuncts(expression: Expression): readonly Expression[] {
  return expression.kind === 'Logical' && expression.operator === 'AND'
    ? [...conjuncts(expression.left), ...conjuncts(expression.right)]
    : [expression];
}

/** The keys that a condition asks for, when it gives each key column constants with `=` or IN. */
function keysIn(where: Expression, key: readonly RowColumn[]): readonly Row[] | undefined {
  let keys: Row[] = [[]];
  for (const column of key) {
    const values = conjuncts(where)
      .map((part) => constantsFor(part, column))
      .find((found) => found !== undefined);
    if (values === undefined) return undefined;
    keys = keys.flatMap((prefix) => values.map((value) => [...prefix, value]));
  }
  return keys;
}

function constantsFor(condition: Expression, column: RowColumn): readonly SqlValue[] | undefined {
  const isColumn = (e: Expression): boolean => e.kind === 'ColumnReference' && e.name === column.name;
  if (condition.kind === 'Comparison' && condition.operator === '=') {
    const other = isColumn(condition.left)
      ? condition.right
      : isColumn(condition.right)
        ? condition.left
        : undefined;
    return other === undefined ? undefined : constants([other], column.type);
  }
  if (condition.kind === 'In' && isColumn(condition.operand)) return constants(condition.list, column.type);
  return undefined;
}

function constants(expressions: readonly Expression[], type: SqlType): readonly SqlValue[] | undefined {
  const values: SqlValue[] = [];
  for (const expression of expressions) {
    const literal = literalValue(expression);
    if (literal === undefined) return undefined;
    // Nothing equals null.
    if (literal.value === null || literal.type === null) continue;
    const cast = castArgument(literal.type, type);
    if (literal.type.kind !== type.kind && cast === undefined) return undefined;
    values.push(cast?.(literal.value) ?? literal.value);
  }
  return values;
}

/** Narrows the windows to read by what a condition says of WINDOWSTART and WINDOWEND. */
function rangeIn(where: Expression): TimeRange {
  const range = { ...always };
  for (const part of conjuncts(where)) {
    if (part.kind !== 'Comparison' || part.left.kind !== 'ColumnReference') continue;
    const { name } = part.left;
    const value = literalValue(part.right);
    if (value?.type?.kind !== 'BIGINT' && value?.type?.kind !== 'INTEGER') continue;
    const at = Number(value.value);
    if (name !== 'WINDOWSTART' && name !== 'WINDOWEND') continue;
    const [min, max] =
      name === 'WINDOWSTART' ? (['startMin', 'startMax'] as const) : (['endMin', 'endMax'] as const);
    if (['=', '>=', '>'].includes(part.operator)) range[min] = Math.max(range[min], at);
    if (['=', '<=', '<'].includes(part.operator)) range[max] = Math.min(range[max], at);
  }
  return range;
}
