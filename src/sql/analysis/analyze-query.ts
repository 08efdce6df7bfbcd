import type { ColumnReference, EmitMode, Expression, Query, WindowClause } from '../../../grammar/ast.ts';
import { ExpressionMap } from '../../../grammar/equality.ts';
import { formatExpression } from '../../../grammar/printer/expressions.ts';
import { columnsOf, walkExpression } from '../../../grammar/traverse.ts';
import type { SourceSpan, Refusal } from '../../base/errors.ts';
import { nearestName } from '../../base/nearest-name.ts';
import { typeFromSyntax } from '../types/from-syntax.ts';
import { timesFromText } from './times-from-text.ts';
import { bindJoin, type BoundJoin } from './join-condition.ts';
import { QuerySources, typeOfColumn } from './query-sources.ts';
import { bindSelectItems, type BoundItem, callsIn } from './select-items.ts';
import type { AnalysisContext } from './session.ts';
import { aggregationMessages } from '../messages/aggregation.ts';
import { type ColumnClause, columnHints, columnMessages } from '../messages/columns.ts';
import { expressionMessages } from '../messages/expressions.ts';
import { headings } from '../messages/headings.ts';
import { keyMessages } from '../messages/keys.ts';
import { statementMessages } from '../messages/statements.ts';
import { hintForName } from '../messages/functions.ts';
import { headed } from '../messages/refusal.ts';
import { refuse, refuseAt, withPrefix } from './sql-error.ts';
import { isWindowColumn, windowColumns } from './system-columns.ts';
import { checkWindow, checkWithin } from './window-lengths.ts';

/** A query with its names resolved: every column carries the alias of its source. */
export interface AnalyzedQuery {
  readonly sources: QuerySources;
  readonly joins: readonly BoundJoin[];
  readonly select: readonly BoundItem[];
  readonly where?: Expression;
  readonly groupBy?: readonly Expression[];
  readonly partitionBy?: readonly Expression[];
  readonly having?: Expression;
  readonly window?: WindowClause;
  readonly emit?: EmitMode;
  readonly emitSpan?: SourceSpan;
  readonly limit?: number;
  readonly hasAggregates: boolean;
  readonly hasTableFunctions: boolean;
}

/** Resolves the names of a query. @throws {DiagnosticError} for whatever cannot be resolved or is misplaced. */
export function analyzeQuery(query: Query, context: AnalysisContext): AnalyzedQuery {
  const bound = withPrefix(headings.prepare, () => bindNames(query, context));
  checkColumns(bound);
  checkFunctions(bound, context);
  return bound;
}

function bindNames(query: Query, context: AnalysisContext): AnalyzedQuery {
  if (query.limit !== undefined && !Number.isInteger(query.limit)) {
    throw refuse(statementMessages.wholeNumber('LIMIT'), query.span);
  }
  checkKeys(query);
  const sources = new QuerySources(query.from, context.catalog);
  if (query.window !== undefined) checkWindow(query.window, { emitFinal: query.emit === 'FINAL' });
  for (const { within } of query.from.joins) if (within !== undefined) checkWithin(within);
  const qualify = (expression: Expression): Expression => sources.qualify(expression);
  const joins = query.from.joins.map((join, index) =>
    bindJoin(
      join,
      sources.all.slice(0, index + 1).map(({ alias }) => alias),
      sources,
    ),
  );
  const select = bindSelectItems(query.select, sources);
  const having = query.having === undefined ? undefined : qualify(query.having);
  const groupBy = query.groupBy?.expressions.map(qualify);
  const partitionBy = query.partitionBy?.expressions.map(qualify);
  // As they are written first: what is the same only by its source's name is told with that name.
  checkDuplicates('GROUP BY', groupBy ?? []);
  checkDuplicates('PARTITION BY', partitionBy ?? []);
  const selected = select.flatMap(expressionsOf);
  const isAggregate = (name: string): boolean => context.functions.aggregate(name) !== undefined;
  const isTableFunction = (name: string): boolean => context.functions.table(name) !== undefined;
  const clauses = [query.where, query.having].filter((clause) => clause !== undefined);
  for (const expression of [...selected, ...clauses, ...(groupBy ?? []), ...(partitionBy ?? [])]) {
    checkNumbers(expression);
    checkTypes(expression, context);
  }
  return {
    sources,
    joins,
    select,
    ...(query.where === undefined ? {} : { where: timesFromText(qualify(query.where)) }),
    ...(groupBy === undefined ? {} : { groupBy }),
    ...(partitionBy === undefined ? {} : { partitionBy }),
    ...(having === undefined ? {} : { having }),
    ...(query.window === undefined ? {} : { window: query.window }),
    ...(query.emit === undefined ? {} : { emit: query.emit }),
    ...(query.emitSpan === undefined ? {} : { emitSpan: query.emitSpan }),
    ...(query.limit === undefined ? {} : { limit: query.limit }),
    hasAggregates: [...selected, ...(having === undefined ? [] : [having])].some(
      (expression) => callsIn(expression, isAggregate).length > 0,
    ),
    hasTableFunctions: selected.some((expression) => callsIn(expression, isTableFunction).length > 0),
  };
}

/** What is wrong with a key as it is written. */
function checkKeys({ groupBy, partitionBy }: Query): void {
  if (partitionBy?.expressions.length === 0) throw refuse(keyMessages.partitionByNothing(), partitionBy.span);
  checkDuplicates('GROUP BY', groupBy?.expressions ?? []);
  checkDuplicates('PARTITION BY', partitionBy?.expressions ?? []);
}

/** A number with an exponent must fit a double, and a whole number 64 bits. */
function checkNumbers(expression: Expression): void {
  walkExpression(expression, (part) => {
    const problem = numberProblem(part);
    if (problem === undefined) return;
    // Of literals ksqlDB counts columns from two.
    const { line, column } = part.span;
    throw refuse(headed(`line ${line}:${column + 1}: `, problem), part.span);
  });
}

function numberProblem(part: Expression): Refusal | undefined {
  if (part.kind === 'DoubleLiteral') {
    return Number.isFinite(Number(part.text)) ? undefined : expressionMessages.doubleOverflow(part.text);
  }
  if (part.kind !== 'IntegerLiteral') return undefined;
  const value = BigInt(part.text);
  return BigInt.asIntN(64, value) === value ? undefined : expressionMessages.numericLiteral(part.text);
}

/** The types that CAST names are there. */
function checkTypes(expression: Expression, { catalog }: AnalysisContext): void {
  walkExpression(expression, (part) => {
    if (part.kind === 'Cast') typeFromSyntax(part.type, (name) => catalog.type(name));
  });
}

export function expressionsOf(item: BoundItem): readonly Expression[] {
  if ('expression' in item) return [item.expression];
  return 'structStar' in item ? [item.structStar] : [];
}

/** Every column must be one of its source; window bounds also exist in the SELECT list of a windowed aggregation. */
function checkColumns(query: AnalyzedQuery): void {
  const check = (clause: ColumnClause, expression: Expression): void => {
    for (const column of columnsOf(expression)) {
      const bound = query.sources.all.find(({ alias }) => alias === column.source);
      if (bound !== undefined && typeOfColumn(bound.source, column.name) !== undefined) continue;
      if (query.window !== undefined && isWindowColumn(column.name) && !query.sources.isJoin) {
        if (clause !== 'WHERE') continue;
        throw refuse(
          headed(headings.condition('WHERE'), expressionMessages.unknownColumn(column.name)),
          column.span,
        );
      }
      // The key of a join may have a name that no source knows.
      if (column.source === undefined && query.sources.isSyntheticKey(column.name)) continue;
      const isWithBounds = query.window !== undefined && clause !== 'WHERE';
      const suggestion = nearestName(column.name, [
        ...query.sources.columnNames(),
        ...(isWithBounds ? windowColumns.keys() : []),
      ]);
      const written = column.source === undefined ? column.name : `${column.source}.${column.name}`;
      const hint = hintFor(column, query);
      throw refuseAt(
        columnMessages.unknown({
          clause,
          column: written,
          suggestion: hint === undefined ? suggestion : undefined,
          hint,
        }),
        column.span,
      );
    }
  };
  for (const { leftExpression, rightExpression } of query.joins) {
    check('JOIN ON', leftExpression);
    check('JOIN ON', rightExpression);
  }
  for (const expression of query.select.flatMap(expressionsOf)) check('SELECT', expression);
  if (query.where !== undefined) check('WHERE', query.where);
  for (const expression of query.groupBy ?? []) check('GROUP BY', expression);
  for (const expression of query.partitionBy ?? []) check('PARTITION BY', expression);
  if (query.having !== undefined) check('HAVING', query.having);
}

function hintFor(column: ColumnReference, { select }: AnalyzedQuery): string | undefined {
  const result = select.find((item) => 'expression' in item && item.name === column.name);
  if (result !== undefined && 'expression' in result && column.source === undefined) {
    const { expression } = result;
    const isItself = expression.kind === 'ColumnReference' && expression.name === column.name;
    if (!isItself) return columnHints.resultName(column.name, formatExpression(expression));
  }
  if (column.isDoubleQuoted === true) return columnHints.quotedText(column.name);
  if (column.isDoubleQuoted === undefined && /^[0-9]/.test(column.name)) return columnHints.number();
  const call = hintForName(column.name);
  if (call !== undefined) return call;
  return isWindowColumn(column.name) ? columnHints.windowColumn(column.name) : undefined;
}

function checkFunctions(query: AnalyzedQuery, context: AnalysisContext): void {
  const isAggregate = (name: string): boolean => context.functions.aggregate(name) !== undefined;
  for (const [clause, expressions] of [
    ['GROUP BY', query.groupBy ?? []],
    ['PARTITION BY', query.partitionBy ?? []],
  ] as const) {
    for (const expression of expressions) {
      const call = callsIn(expression, isAggregate)[0];
      if (call === undefined) continue;
      throw refuse(aggregationMessages.aggregateInKey(clause, call.name), call.span);
    }
  }
  checkKnownFunctions(query, context);
  for (const expression of query.select.flatMap(expressionsOf)) {
    for (const call of callsIn(expression, isAggregate)) {
      const nested = call.arguments.some((argument) => callsIn(argument, isAggregate).length > 0);
      if (!nested) continue;
      const text = formatExpression(query.sources.resolve(call));
      throw refuse(aggregationMessages.nested(text), call.span);
    }
  }
}

function checkDuplicates(clause: string, expressions: readonly Expression[]): void {
  const seen = new ExpressionMap<true>();
  for (const expression of expressions) {
    if (seen.add(expression, true)) continue;
    throw refuse(aggregationMessages.duplicate(clause, formatExpression(expression)), expression.span);
  }
}

function checkKnownFunctions(query: AnalyzedQuery, context: AnalysisContext): void {
  const isUnknown = (name: string): boolean => context.functions.find(name) === undefined;
  for (const expression of query.select.flatMap(expressionsOf)) {
    const call = callsIn(expression, isUnknown)[0];
    if (call !== undefined) throw context.functions.unknown(call.name, call.span);
  }
}
