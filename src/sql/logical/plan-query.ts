import type { Expression, SourceKind } from '../../../grammar/ast.ts';
import { ExpressionMap } from '../../../grammar/equality.ts';
import { formatExpression } from '../../../grammar/printer/expressions.ts';
import type { AnalyzedQuery } from '../analysis/analyze-query.ts';
import { keyNames, tableFunctionNames } from '../analysis/generated-names.ts';
import { referenceTo } from '../analysis/column-address.ts';
import { bindClauseOver, bindKeys, knownType, placeOf } from '../analysis/row-scope.ts';
import { callsIn } from '../analysis/select-items.ts';
import { type AnalysisContext, booleanProperty } from '../analysis/session.ts';
import { aggregationMessages } from '../messages/aggregation.ts';
import { headings } from '../messages/headings.ts';
import { keyMessages } from '../messages/keys.ts';
import { sourceMessages } from '../messages/sources.ts';
import { refuse, refuseAt } from '../analysis/sql-error.ts';
import { isSystemColumn } from '../analysis/system-columns.ts';
import { rewriteExpression } from '../../../grammar/traverse.ts';
import type { BoundExpression } from '../bound/nodes.ts';
import { aggregateNodes } from './aggregate-node.ts';
import { joinNodes } from './join-nodes.ts';
import {
  type FlatMapNode,
  type JoinNode,
  type LogicalNode,
  type NodeSchema,
  type PartitionByNode,
  type ProjectNode,
  type KeyColumn,
  type TableCall,
  sourcesOf,
} from './nodes.ts';
import { columnTexts, type KeyWording, projectNode } from './projection.ts';
import { type SelectColumn, selectColumns } from './select-columns.ts';
import { sourceNode } from './source-node.ts';
import { tableCallOf } from './table-call.ts';

interface PlanOptions {
  readonly query: AnalyzedQuery;
  readonly context: AnalysisContext;
  /** What the result is kept as; absent for a query that is only looked at. */
  readonly sink?: { readonly name: string; readonly kind?: SourceKind };
}

/** Builds the logical plan of a query: what happens to the rows, in which order, and what they look like after each step. */
export function planQuery(options: PlanOptions): ProjectNode {
  const { query, context, sink } = options;
  checkSources(options);
  const source = query.sources.isJoin
    ? joinNodes(query, context)
    : sourceNode(query.sources.first, 'KsqlTopic');
  const joinKey = source.node === 'Join' ? source.joinKey : undefined;
  let node: LogicalNode = source;
  if (query.where !== undefined) node = whereNode(node, query.sources.resolve(query.where), context);
  let partition: PartitionByNode | undefined;
  if (query.partitionBy !== undefined && query.groupBy === undefined) {
    partition = partitionByNode(node, query, context);
    node = partition ?? node;
  }
  let columns = selectColumns({
    query,
    row: node.schema.row,
    context,
    persistent: sink !== undefined,
    ...(query.partitionBy === undefined ? {} : { starPlaces: starAfterPartitionBy(node) }),
    ...(joinKey === undefined ? {} : { joinKey }),
  });
  if (partition !== undefined) columns = replaceKeys(columns, partition, query);
  if (query.hasTableFunctions) {
    const mapped = flatMapNode(node, columns, query, context);
    node = mapped.node;
    columns = mapped.columns;
  }
  let wording = keyWording(query, source);
  const isAggregation = query.groupBy !== undefined || query.hasAggregates;
  if (isAggregation) {
    const aggregated = aggregateNodes({
      query,
      input: node,
      columns,
      context,
      persistent: sink !== undefined,
    });
    node = aggregated.node;
    columns = aggregated.columns;
    wording = {
      noun: 'grouping expression',
      joined: 'and',
      expressions: columnTexts((query.groupBy ?? []).map((expression) => query.sources.resolve(expression))),
      listsMissing: true,
    };
  } else {
    checkWithoutGroups(query);
  }
  if (query.emit === 'FINAL' && (query.groupBy === undefined || query.window === undefined)) {
    throw refuse(aggregationMessages.emitFinal(), query.emitSpan);
  }
  return projectNode({
    input: node,
    columns,
    context,
    persistent: sink !== undefined,
    sinkName: sink?.name ?? '',
    wording,
    freeKey:
      source.node === 'Source' &&
      node.output === 'STREAM' &&
      partition === undefined &&
      booleanProperty(context.properties, 'ksql.new.query.planner.enabled') === true,
    id: isAggregation ? 'Aggregate-Project' : 'Project',
  });
}

function checkSources({ query, sink }: PlanOptions): void {
  const { sources } = query;
  const table = sources.all.find(({ source }) => source.kind === 'TABLE');
  if (query.hasTableFunctions && table !== undefined) {
    throw refuse(aggregationMessages.tableFunctionsOfTable(), table.span);
  }
  const windowedTable = sources.all.find(
    ({ source }) => source.kind === 'TABLE' && source.topic.keyFormat.window !== undefined,
  );
  if (sink !== undefined && windowedTable !== undefined && !sources.isJoin) {
    throw refuse(sourceMessages.queryOfWindowedTable(), windowedTable.span);
  }
  if (sources.isJoin || query.groupBy !== undefined) {
    const bad = sources.all.filter(({ source }) => source.topic.valueFormat.format === 'KAFKA');
    if (bad.length > 0) {
      const names = bad.map(({ alias }) => alias);
      throw refuse(sourceMessages.kafkaFormat(names, sources.isJoin ? 'JOIN' : 'GROUP BY'), bad[0]?.span);
    }
  }
}

function checkWithoutGroups(query: AnalyzedQuery): void {
  if (query.window !== undefined) {
    throw refuseAt(aggregationMessages.windowWithoutGroups(), query.window.span);
  }
  if (query.having !== undefined) throw refuse(aggregationMessages.havingWithoutGroups(), query.having.span);
}

function whereNode(input: LogicalNode, where: Expression, context: AnalysisContext): LogicalNode {
  const predicate = bindClauseOver('WHERE', input.schema.row, where, context);
  return {
    node: 'Filter',
    id: 'WhereFilter',
    output: input.output,
    schema: input.schema,
    input,
    predicate,
    ...(input.window === undefined ? {} : { window: input.window }),
  };
}

/** The step that changes the key; none where the key is what it should be. */
function partitionByNode(
  input: LogicalNode,
  query: AnalyzedQuery,
  context: AnalysisContext,
): PartitionByNode | undefined {
  const expressions = (query.partitionBy ?? []).map((expression) => query.sources.resolve(expression));
  if (input.output === 'TABLE')
    throw refuse(
      keyMessages.partitionByOfTable(
        input.schema.key.map(({ name }) => name),
        expressions.map(formatExpression),
      ),
      query.partitionBy?.[0]?.span,
    );
  const nulls = expressions.filter(({ kind }) => kind === 'NullLiteral');
  if (nulls.length > 0 && expressions.length > 1) {
    throw refuse(keyMessages.partitionByNullAndMore(), nulls[0]?.span);
  }
  if (input.window !== undefined) {
    throw refuse(keyMessages.partitionByOfWindowed(), query.partitionBy?.[0]?.span);
  }
  if (isCurrentKey(input, expressions)) return undefined;
  const written = nulls.length > 0 ? [] : expressions;
  const keys = bindKeys(headings.partitionBy, written, input.schema.row, context);
  return {
    node: 'PartitionBy',
    id: 'PartitionBy',
    output: 'STREAM',
    input,
    keys,
    schema: partitionedSchema(input, written, keys),
  };
}

/** Whether rows have this key already. */
function isCurrentKey({ schema }: LogicalNode, expressions: readonly Expression[]): boolean {
  const { key, row } = schema;
  const isSame = (expression: Expression, index: number): boolean => {
    const place = placeOf(row, expression);
    return place !== undefined && place === key[index]?.place;
  };
  return key.length > 0 && key.length === expressions.length && expressions.every(isSame);
}

/** Columns that the row has not get a place behind the others. */
function partitionedSchema(
  input: LogicalNode,
  written: readonly Expression[],
  keys: readonly BoundExpression[],
): NodeSchema {
  const row = [...input.schema.row];
  const names = keyNames(
    written.map((expression) => ({ expression })),
    row.map(({ name }) => name),
  );
  const key = keys.map((bound, index): KeyColumn => {
    const column = { name: names[index] ?? '', type: knownType(bound) };
    const place = bound.kind === 'Column' ? bound.index : row.push(column) - 1;
    return { ...column, place };
  });
  return { key, row };
}

/** What `*` means where rows were partitioned anew: the key, then what else the rows hold; as places in the row. */
function starAfterPartitionBy({ schema }: LogicalNode): readonly number[] {
  const keys = schema.key.flatMap(({ place }) => place ?? []);
  const others = schema.row.flatMap(({ name }, place) =>
    keys.includes(place) || isSystemColumn(name) ? [] : [place],
  );
  return [...keys, ...others];
}

/** A selected column that repeats a partitioning expression is the key. */
function replaceKeys(
  columns: readonly SelectColumn[],
  partition: PartitionByNode,
  query: AnalyzedQuery,
): readonly SelectColumn[] {
  const { key, row } = partition.schema;
  const places = new ExpressionMap<number>(
    (query.partitionBy ?? []).flatMap((expression, index) => {
      const place = key[index]?.place;
      return place === undefined ? [] : [[query.sources.resolve(expression), place] as const];
    }),
  );
  return columns.map((column) => {
    const place = places.get(column.expression);
    if (place === undefined) return column;
    return { ...column, expression: referenceTo({ place }, row[place]?.name ?? '', column) };
  });
}

function firstCall(
  columns: readonly SelectColumn[],
  isWanted: (name: string) => boolean,
): ReturnType<typeof callsIn>[number] | undefined {
  return columns.flatMap(({ expression }) => callsIn(expression, isWanted))[0];
}

function flatMapNode(
  input: LogicalNode,
  columns: readonly SelectColumn[],
  query: AnalyzedQuery,
  context: AnalysisContext,
): { readonly node: FlatMapNode; readonly columns: readonly SelectColumn[] } {
  const isTableFunction = (name: string): boolean => context.functions.table(name) !== undefined;
  if (query.hasAggregates) {
    throw refuse(
      aggregationMessages.tableFunctionsWithAggregates(),
      firstCall(columns, isTableFunction)?.span,
    );
  }
  const calls = new ExpressionMap<{ readonly name: string; readonly place: number }>();
  const list: TableCall[] = [];
  const nextName = tableFunctionNames(input.schema.row.map(({ name }) => name));
  for (const { expression } of columns) {
    for (const call of callsIn(expression, isTableFunction)) {
      const inner = call.arguments.flatMap((argument) => callsIn(argument, isTableFunction))[0];
      if (inner !== undefined)
        throw refuse(aggregationMessages.tableFunctionsNested(call.name, inner.name), call.span);
      if (calls.get(call) !== undefined) continue;
      const name = nextName();
      calls.add(call, { name, place: input.schema.row.length + list.length });
      list.push({ name, call, bound: tableCallOf(call, input.schema.row, context) });
    }
  }
  return {
    node: {
      node: 'FlatMap',
      id: 'FlatMap',
      output: 'STREAM',
      input,
      calls: list,
      schema: {
        key: input.schema.key,
        row: [
          ...input.schema.row,
          ...list.map(({ name, bound }) => ({ name, type: bound.resolved.returnType })),
        ],
      },
      ...(input.window === undefined ? {} : { window: input.window }),
    },
    columns: columns.map((column) => ({
      ...column,
      expression: rewriteExpression(column.expression, (part) => {
        const held = calls.get(part);
        return held === undefined ? undefined : referenceTo({ place: held.place }, held.name, part);
      }),
    })),
  };
}

function keyWording(query: AnalyzedQuery, source: LogicalNode): KeyWording {
  if (query.partitionBy !== undefined) {
    return {
      noun: 'partitioning expression',
      joined: 'and',
      expressions: columnTexts(query.partitionBy),
    };
  }
  if (source.node === 'Join') return joinWording(source);
  return { noun: 'key column', joined: 'and', expressions: source.schema.key.map(({ name }) => name) };
}

function joinWording(join: JoinNode): KeyWording {
  switch (join.joinKey.kind) {
    case 'column':
      return { noun: 'join expression', joined: 'or', expressions: columnTexts(join.joinKey.viable) };
    case 'synthetic':
      return { noun: 'join expression', joined: 'or', expressions: [join.joinKey.name], synthetic: true };
    case 'foreign': {
      const left = sourcesOf(join.left.node)[0];
      return {
        noun: 'key column',
        joined: 'and',
        expressions: left?.source.schema.key.map(({ name }) => name) ?? [],
        foreignLeft: left?.source.name ?? '',
      };
    }
  }
}
