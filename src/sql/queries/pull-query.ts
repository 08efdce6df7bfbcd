import type { Expression, Query } from '../../../grammar/ast.ts';
import { assert } from '../../base/assert.ts';
import { keyOfRow, processingRow } from '../analysis/processing-row.ts';
import { bindClauseOver, bindOver, knownType, typeOver } from '../analysis/row-scope.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { withPrefix } from '../analysis/sql-error.ts';
import { callsUsers } from '../analysis/user-calls.ts';
import { windowColumns } from '../analysis/system-columns.ts';
import type { BoundExpression } from '../bound/nodes.ts';
import type { DataSource } from '../catalog/data-source.ts';
import type { RowColumn } from '../logical/nodes.ts';
import { selectColumns } from '../logical/select-columns.ts';
import { rowProjection, rowTest } from '../lowering/lowering-context.ts';
import { StreamsBuilder } from '../../streams/builder/streams-builder.ts';
import type { Project, Test } from '../expressions/compiled.ts';
import { type RowProgram, rowProgram } from '../user-calls/row-program.ts';
import { analyzePull } from './pull-clauses.ts';
import { type Access, checkLikes, planAccess } from './pull-where.ts';
import type { ResultColumn } from './query-results.ts';
import { isWindowBound } from './window-bounds.ts';

/** A SELECT over the rows of a table as they are now. */
export interface PullPlan {
  readonly source: DataSource;
  readonly columns: readonly ResultColumn[];
  readonly access: Access;
  readonly limit: number | undefined;
  /** The condition, as far as it is tested where the query is carried out. */
  readonly keep: Test;
  /** What makes results of rows: here, or, where functions of users are called, beside the event loop. */
  readonly results: Project | RowProgram;
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
  const bound = items.map(({ expression }) => bindOver(row, expression, context));
  const types = bound.map(knownType);
  const lowering = { builder: new StreamsBuilder(), analysis: context };
  const where = analyzed.where === undefined ? undefined : analyzed.sources.resolve(analyzed.where);
  let test: BoundExpression | undefined;
  if (where !== undefined) {
    checkLikes(where, source, context);
    checkBetweens(where, row, context);
    test = bindClauseOver('WHERE', row, where, context);
  }
  const access = planAccess(where, source, context);
  const testsBeside = where !== undefined && callsUsers(where, context);
  const isBeside = testsBeside || items.some(({ expression }) => callsUsers(expression, context));
  return {
    source,
    columns: items.map(({ name, expression }, index) => ({
      name,
      type: types[index] ?? { kind: 'STRING' },
      ...originOf(expression, source),
    })),
    access,
    limit: query.limit,
    keep: test === undefined || testsBeside ? () => true : rowTest(test, lowering),
    results: isBeside
      ? rowProgram(
          { row, keep: testsBeside ? test : undefined, columns: bound, endedBy: 'functions of users' },
          context,
        )
      : rowProjection(bound, lowering),
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
