import type { ColumnReference, Expression, FunctionCall, WindowClause } from '../../../grammar/ast.ts';
import { formatExpression } from '../../../grammar/printer/expressions.ts';
import { columnsOf, rewriteExpression, walkExpression } from '../../../grammar/traverse.ts';
import { ExpressionMap } from '../../../grammar/equality.ts';
import { DiagnosticError } from '../../base/errors.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import type { AnalyzedQuery } from '../analysis/analyze-query.ts';
import { referenceTo } from '../analysis/column-address.ts';
import { durationMs } from '../analysis/durations.ts';
import { bindClauseOver, bindKeys, knownType } from '../analysis/row-scope.ts';
import { aggregateNames, keyNames, replaceAggregateNames } from '../analysis/generated-names.ts';
import { callsIn } from '../analysis/select-items.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { userFunctionMessages } from '../messages/user-functions.ts';
import { aggregationMessages } from '../messages/aggregation.ts';
import { headings } from '../messages/headings.ts';
import { refuse } from '../analysis/sql-error.ts';
import { isWindowColumn, type SystemColumn, windowColumns } from '../analysis/system-columns.ts';
import type { BoundExpression } from '../bound/nodes.ts';
import type { WindowInfo } from '../catalog/data-source.ts';
import { aggregatorOf } from './aggregate-call.ts';
import type {
  AggregateCall,
  AggregateNode,
  AggregateWindow,
  FilterNode,
  LogicalNode,
  RowColumn,
} from './nodes.ts';
import type { SelectColumn } from './select-columns.ts';

const oneGroup: Expression = {
  kind: 'IntegerLiteral',
  text: '1',
  span: { start: 0, end: 0, line: 1, column: 1 },
};

interface Aggregated {
  readonly node: LogicalNode;
  /** The SELECT list over the aggregated row. */
  readonly columns: readonly SelectColumn[];
}

/** Groups, aggregates and filters by HAVING. */
export function aggregateNodes(options: {
  readonly query: AnalyzedQuery;
  readonly input: LogicalNode;
  readonly columns: readonly SelectColumn[];
  readonly context: AnalysisContext;
  /** The result is kept, so its rows need a key. */
  readonly persistent: boolean;
}): Aggregated {
  const { query, input, columns, context, persistent } = options;
  const isAggregate = (name: string): boolean => context.functions.aggregate(name) !== undefined;
  // Without GROUP BY all rows are one group.
  const groupBy = (query.groupBy ?? [oneGroup]).map((expression) => query.sources.resolve(expression));
  const having = query.having === undefined ? undefined : query.sources.resolve(query.having);
  checkWindowColumns(query, isAggregate);
  if (!query.hasAggregates) {
    throw refuse(aggregationMessages.withoutFunctions(), groupBy[0]?.span);
  }
  checkGrouped({ columns, groupBy, having, isAggregate, windowed: query.window !== undefined });
  const calls = uniqueCalls(
    [...columns.map(({ expression }) => expression), ...(having === undefined ? [] : [having])],
    isAggregate,
  );
  if (query.groupBy === undefined && persistent) {
    throw refuse(aggregationMessages.withoutGroups(calls[0]?.name ?? ''), calls[0]?.span);
  }
  const node = aggregateNode({
    query,
    input,
    groupBy,
    calls,
    names: groupKeyNames(groupBy, columns, input),
    context,
  });
  const replace = replacer(node, groupBy);
  const filtered = having === undefined ? node : havingNode(node, replace(having), context);
  return {
    node: filtered,
    columns: columns.map((column) => ({ ...column, expression: replace(column.expression) })),
  };
}

/** The node whose rows hold what the calls give, the bounds of windows, and the groups' key. @param options `names`: of the key. */
function aggregateNode(options: {
  readonly query: AnalyzedQuery;
  readonly input: LogicalNode;
  readonly groupBy: readonly Expression[];
  readonly calls: readonly FunctionCall[];
  readonly names: readonly string[];
  readonly context: AnalysisContext;
}): AggregateNode {
  const { query, input, groupBy, names, context } = options;
  const { row } = input.schema;
  // A user's column may bear such a name.
  const nextName = aggregateNames([...row.map(({ name }) => name), ...names]);
  const calls = options.calls.map((call): AggregateCall => {
    return { name: nextName(), call, bound: aggregatorOf(call, row, context) };
  });
  const timeWindow = query.window === undefined ? undefined : aggregateWindow(query.window);
  if (input.output === 'TABLE') checkTableSource(calls, query);
  if (timeWindow?.kind === 'SESSION') checkMerging(calls);
  const boundKeys = bindKeys(headings.groupBy, groupBy, row, context);
  const bounds = timeWindow === undefined ? [] : [...windowColumns].map(boundColumn);
  const firstKey = calls.length + bounds.length;
  const key = boundKeys.map((bound, index): RowColumn => {
    return { name: names[index] ?? '', type: knownType(bound), ...systemOf(bound, input) };
  });
  return {
    node: 'Aggregate',
    id: 'Aggregate',
    output: 'TABLE',
    input,
    groupBy: boundKeys,
    calls,
    schema: {
      key: key.map((column, index) => ({ ...column, place: firstKey + index })),
      row: [...calls.map(columnOf), ...bounds, ...key],
    },
    emitFinal: query.emit === 'FINAL',
    ...(timeWindow === undefined ? {} : { timeWindow, window: windowInfo(timeWindow) }),
  };
}

/** What groups of a table's rows cannot have. */
function checkTableSource(calls: readonly AggregateCall[], { window }: AnalyzedQuery): void {
  if (window !== undefined) throw refuse(aggregationMessages.windowOnTable(), window.span);
  const unable = calls
    .filter(({ bound }) => bound.resolved.aggregator.undo === undefined)
    .map(({ call }) => call);
  if (unable.length === 0) return;
  const names = [...new Set(unable.map(({ name }) => name))];
  throw refuse(aggregationMessages.tableSource(names), unable[0]?.span);
}

/** Two sessions become one. */
function checkMerging(calls: readonly AggregateCall[]): void {
  const unable = calls.find(({ bound }) => bound.resolved.aggregator.cannotMerge === true);
  if (unable !== undefined) throw refuse(userFunctionMessages.noMerge(unable.call.name), unable.call.span);
}

function columnOf({ name, bound }: AggregateCall): RowColumn {
  return { name, type: bound.resolved.aggregator.returnType };
}

function havingNode(input: AggregateNode, having: Expression, context: AnalysisContext): FilterNode {
  let predicate: BoundExpression;
  try {
    predicate = bindClauseOver('HAVING', input.schema.row, having, context);
  } catch (error) {
    throw inWrittenNames(error, input);
  }
  return {
    node: 'Filter',
    id: 'Aggregate-HavingFilter',
    output: 'TABLE',
    input,
    predicate,
    schema: input.schema,
    ...(input.window === undefined ? {} : { window: input.window }),
  };
}

/** Tells of a call, not of the variable that stands for it. */
function inWrittenNames(error: unknown, { calls }: AggregateNode): unknown {
  if (!(error instanceof DiagnosticError)) return error;
  const message = replaceAggregateNames(error.diagnostic.message, (name) => {
    const found = calls.find((call) => call.name === name);
    return found === undefined ? name : formatExpression(found.call);
  });
  return new DiagnosticError({ ...error.diagnostic, message }, { cause: error });
}

/** Puts the columns of the aggregated row where the grouping expressions, the calls and the bounds of the window stood. */
function replacer(
  { calls, schema: { key, row } }: AggregateNode,
  groupBy: readonly Expression[],
): (expression: Expression) => Expression {
  const places = new ExpressionMap<number>(calls.map(({ call }, place) => [call, place]));
  groupBy.forEach((expression, index) => {
    const place = key[index]?.place;
    if (place !== undefined) places.add(expression, place);
  });
  const boundPlace = (part: Expression): number | undefined => {
    if (part.kind !== 'ColumnReference' || !isWindowColumn(part.name)) return undefined;
    const place = row.findIndex(({ system }) => system === part.name);
    return place < 0 ? undefined : place;
  };
  return (expression) =>
    rewriteExpression(expression, (part) => {
      const place = places.get(part) ?? boundPlace(part);
      return place === undefined ? undefined : referenceTo({ place }, row[place]?.name ?? '', part);
    });
}

/** The bound of the groups' windows, as a column. */
function boundColumn([name, type]: readonly [SystemColumn, SqlType]): RowColumn {
  return { name, type, system: name };
}

/** What a key tells of the record, where it is a system column as it is. */
function systemOf(key: BoundExpression, { schema }: LogicalNode): Pick<RowColumn, 'system'> {
  const system = key.kind === 'Column' ? schema.row[key.index]?.system : undefined;
  return system === undefined ? {} : { system };
}

function uniqueCalls(
  expressions: readonly Expression[],
  isAggregate: (name: string) => boolean,
): readonly (Expression & { kind: 'FunctionCall' })[] {
  const found = new ExpressionMap<true>();
  return expressions
    .flatMap((expression) => callsIn(expression, isAggregate))
    .filter((call) => found.add(call, true));
}

/** Names for the key of the groups. */
function groupKeyNames(
  groupBy: readonly Expression[],
  columns: readonly SelectColumn[],
  input: LogicalNode,
): readonly string[] {
  const selected = new ExpressionMap<string[]>();
  for (const { expression, name } of columns) {
    const names = selected.get(expression);
    if (names === undefined) selected.add(expression, [name]);
    else names.push(name);
  }
  const keys = groupBy.map((expression) => {
    const [only, ...others] = selected.get(expression) ?? [];
    return { expression, selectedAs: others.length === 0 ? only : undefined };
  });
  return keyNames(
    keys,
    input.schema.row.map(({ name }) => name),
  );
}

function checkWindowColumns(query: AnalyzedQuery, isAggregate: (name: string) => boolean): void {
  const windowed = query.sources.all.some(({ source }) => source.topic.keyFormat.window !== undefined);
  const reject = ({ name, span }: ColumnReference): never => {
    throw refuse(aggregationMessages.windowBounds(name), span);
  };
  if (windowed && query.window === undefined) return;
  for (const expression of [
    ...(query.groupBy ?? []),
    ...(query.having === undefined ? [] : [query.having]),
  ]) {
    for (const column of columnsOf(expression)) if (isWindowColumn(column.name)) reject(column);
  }
  for (const item of query.select) {
    if (!('expression' in item)) continue;
    for (const call of callsIn(item.expression, isAggregate)) {
      for (const column of columnsOf(call)) if (isWindowColumn(column.name)) reject(column);
    }
  }
}

/** Every selected column must be made of grouping expressions, aggregates and constants. */
function checkGrouped(options: {
  readonly columns: readonly SelectColumn[];
  readonly groupBy: readonly Expression[];
  readonly having: Expression | undefined;
  readonly isAggregate: (name: string) => boolean;
  readonly windowed: boolean;
}): void {
  const { columns, groupBy, having, isAggregate, windowed } = options;
  const grouped = new ExpressionMap<true>(groupBy.map((expression) => [expression, true]));
  const ungrouped = (expression: Expression): string[] => {
    const found: string[] = [];
    walkExpression(expression, (part) => {
      if (grouped.get(part) === true) return false;
      if (part.kind === 'FunctionCall' && isAggregate(part.name)) return false;
      if (part.kind === 'ColumnReference' && !(windowed && isWindowColumn(part.name))) {
        found.push(formatExpression(part));
      }
      return undefined;
    });
    return found;
  };
  const bad = columns.filter(({ expression }) => ungrouped(expression).length > 0);
  if (bad.length > 0) {
    const texts = bad.map(({ expression }) => formatExpression(expression));
    const byPosition = groupBy.some((each) => each !== oneGroup && each.kind === 'IntegerLiteral');
    throw refuse(aggregationMessages.notGrouped(texts, { byPosition }), bad[0]?.span);
  }
  const badHaving = having === undefined ? [] : ungrouped(having);
  if (badHaving.length > 0) {
    throw refuse(aggregationMessages.notGroupedInHaving(badHaving), having?.span);
  }
}

function aggregateWindow(window: WindowClause): AggregateWindow {
  const limits = {
    ...(window.grace === undefined ? {} : { graceMs: durationMs(window.grace) }),
    ...(window.retention === undefined ? {} : { retentionMs: durationMs(window.retention) }),
  };
  switch (window.kind) {
    case 'TumblingWindow':
      return { kind: 'TUMBLING', sizeMs: durationMs(window.size), ...limits };
    case 'HoppingWindow':
      return {
        kind: 'HOPPING',
        sizeMs: durationMs(window.size),
        advanceMs: durationMs(window.advance),
        ...limits,
      };
    case 'SessionWindow':
      return { kind: 'SESSION', gapMs: durationMs(window.gap), ...limits };
  }
}

function windowInfo(window: AggregateWindow): WindowInfo {
  return window.kind === 'SESSION' ? { type: 'SESSION' } : { type: window.kind, sizeMs: window.sizeMs };
}
