import type { Expression, SourceKind } from '../../../grammar/ast.ts';
import { ExpressionMap } from '../../../grammar/equality.ts';
import type { AnalyzedQuery } from '../analysis/analyze-query.ts';
import { nameSequence } from '../analysis/name-sequence.ts';
import { bindClauseOver, bindOver, knownType } from '../analysis/row-scope.ts';
import { AliasGenerator, callsIn } from '../analysis/select-items.ts';
import { type AnalysisContext, booleanProperty } from '../analysis/session.ts';
import { sqlError } from '../analysis/sql-error.ts';
import { isSystemColumn } from '../analysis/system-columns.ts';
import { rewriteExpression } from '../../../grammar/traverse.ts';
import type { BoundExpression } from '../bound/nodes.ts';
import { DiagnosticError } from '../../base/errors.ts';
import { aggregateNodes } from './aggregate-node.ts';
import { joinNodes } from './join-nodes.ts';
import {
  type FlatMapNode,
  type JoinNode,
  type LogicalNode,
  type PartitionByNode,
  type ProjectNode,
  type RowColumn,
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
  if (query.where !== undefined) node = whereNode(node, query.sources.internalize(query.where), context);
  let partition: PartitionByNode | undefined;
  if (query.partitionBy !== undefined && query.groupBy === undefined) {
    partition = partitionByNode(node, query, context);
    node = partition ?? node;
  }
  let columns = selectColumns({
    query,
    row: source.schema.row,
    context,
    persistent: sink !== undefined,
    ...(query.partitionBy === undefined ? {} : { starNames: starAfterPartitionBy(node) }),
    ...(joinKey === undefined ? {} : { joinKey }),
  });
  if (partition !== undefined) columns = replaceKeys(columns, partition);
  if (query.hasTableFunctions) {
    const mapped = flatMapNode(node, columns, query, context);
    node = mapped.node;
    columns = mapped.columns;
  }
  let wording = keyWording(query, source);
  if (query.groupBy !== undefined || query.hasAggregates) {
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
      expressions: columnTexts(
        (query.groupBy ?? []).map((expression) => query.sources.internalize(expression)),
      ),
      listsMissing: true,
    };
  } else {
    checkWithoutGroups(query);
  }
  if (query.emit === 'FINAL' && (query.groupBy === undefined || query.window === undefined)) {
    throw sqlError('EMIT FINAL is only supported for windowed aggregations.', {
      ...(query.emitSpan === undefined ? {} : { span: query.emitSpan }),
      hint: 'FROM name WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY ... EMIT FINAL has final results; others have EMIT CHANGES',
    });
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
    id: node.node === 'Aggregate' || node.id === 'Aggregate-HavingFilter' ? 'Aggregate-Project' : 'Project',
  });
}

function checkSources({ query, sink }: PlanOptions): void {
  const { sources } = query;
  if (query.hasTableFunctions && sources.all.some(({ source }) => source.kind === 'TABLE')) {
    throw sqlError('Table source is not supported with table functions');
  }
  const windowedTable = sources.all.find(
    ({ source }) => source.kind === 'TABLE' && source.topic.keyFormat.window !== undefined,
  );
  if (sink !== undefined && windowedTable !== undefined && !sources.isJoin) {
    throw sqlError('KSQL does not support persistent queries on windowed tables.', {
      span: windowedTable.span,
    });
  }
  if (sources.isJoin || query.groupBy !== undefined) {
    const bad = sources.all.filter(({ source }) => source.topic.valueFormat.format === 'KAFKA');
    if (bad.length > 0) {
      const names = bad.map(({ alias }) => alias).join(', ');
      const clause = sources.isJoin ? 'JOIN' : 'GROUP BY';
      throw sqlError(
        `Source(s) ${names} are using the 'KAFKA' value format. This format does not yet support ${clause}.\n` +
          'See https://github.com/confluentinc/ksql/issues/4411.',
      );
    }
  }
}

function checkWithoutGroups(query: AnalyzedQuery): void {
  if (query.window !== undefined) {
    throw sqlError(
      `Line: ${query.window.span.line}, Col: ${query.window.span.column}: WINDOW clause requires a GROUP BY clause.`,
      { span: query.window.span },
    );
  }
  if (query.having !== undefined)
    throw sqlError('HAVING clause requires a GROUP BY clause.', { span: query.having.span });
}

function whereNode(input: LogicalNode, where: Expression, context: AnalysisContext): LogicalNode {
  let predicate: BoundExpression;
  try {
    predicate = bindClauseOver('WHERE', input.schema.row, where, context);
  } catch (error) {
    throw asPredicateError(error);
  }
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

/** What IN finds wrong with its list is told in ksqlDB's words for predicates. */
function asPredicateError(error: unknown): unknown {
  if (!(error instanceof DiagnosticError)) return error;
  const { message } = error.diagnostic;
  const about = /^Error in WHERE expression: ((?:operator does not exist|invalid input syntax)[^]*)$/.exec(
    message,
  );
  if (about === null) return error;
  return new DiagnosticError(
    { ...error.diagnostic, message: `Invalid Predicate: ${about[1] ?? ''}` },
    { cause: error },
  );
}

/** The step that changes the key; none where the key is what it should be. */
function partitionByNode(
  input: LogicalNode,
  query: AnalyzedQuery,
  context: AnalysisContext,
): PartitionByNode | undefined {
  const expressions = (query.partitionBy ?? []).map((expression) => query.sources.internalize(expression));
  if (input.output === 'TABLE')
    throw sqlError('PARTITION BY is only supported on streams: Cannot repartition a TABLE source.');
  const nulls = expressions.filter(({ kind }) => kind === 'NullLiteral');
  if (nulls.length > 0 && expressions.length > 1) {
    throw sqlError('Cannot PARTITION BY multiple columns including NULL');
  }
  if (input.window !== undefined) {
    throw sqlError(
      'PARTITION BY is not supported for windowed sources.\nSee https://github.com/confluentinc/ksql/issues/4385.',
    );
  }
  const { key } = input.schema;
  const isCurrent =
    key.length === expressions.length &&
    expressions.every(
      (expression, index) => expression.kind === 'ColumnReference' && expression.name === key[index]?.name,
    );
  if (isCurrent && key.length > 0) return undefined;
  const aliases = new AliasGenerator(input.schema.row.map(({ name }) => name));
  const keys = (nulls.length > 0 ? [] : expressions).map((expression) => ({
    name: expression.kind === 'ColumnReference' ? expression.name : aliases.nameFor(expression),
    bound: bindOver(input.schema.row, expression, context),
  }));
  const keyColumns = keys.map(({ name, bound }): RowColumn => ({ name, type: knownType(bound) }));
  const added = keyColumns.filter((_, index) => keys[index]?.bound.kind !== 'Column');
  return {
    node: 'PartitionBy',
    id: 'PartitionBy',
    output: 'STREAM',
    input,
    keys: keys.map(({ bound }) => bound),
    schema: { key: keyColumns, row: [...input.schema.row, ...added] },
  };
}

/** What `*` means where rows were partitioned anew: the key, then what else the rows hold. */
function starAfterPartitionBy(node: LogicalNode): readonly string[] {
  const keys = node.schema.key.map(({ name }) => name);
  const others = node.schema.row.map(({ name }) => name).filter((name) => !keys.includes(name));
  return [...keys, ...others.filter((name) => !isSystemColumn(name))];
}

/** A selected column that repeats a partitioning expression is the key. */
function replaceKeys(columns: readonly SelectColumn[], partition: PartitionByNode): readonly SelectColumn[] {
  const names = new ExpressionMap<string>(
    partition.keys.map(({ syntax }, index) => [syntax, partition.schema.key[index]?.name ?? '']),
  );
  return columns.map((column) => {
    const name = names.get(column.expression);
    if (name === undefined) return column;
    return { ...column, expression: { kind: 'ColumnReference', name, span: column.span } };
  });
}

function flatMapNode(
  input: LogicalNode,
  columns: readonly SelectColumn[],
  query: AnalyzedQuery,
  context: AnalysisContext,
): { readonly node: FlatMapNode; readonly columns: readonly SelectColumn[] } {
  const isTableFunction = (name: string): boolean => context.functions.table(name) !== undefined;
  if (query.hasAggregates) {
    throw sqlError('Table functions cannot be used with aggregations.');
  }
  const calls = new ExpressionMap<string>();
  const list: TableCall[] = [];
  const nextName = nameSequence(
    'KSQL_SYNTH_',
    input.schema.row.map(({ name }) => name),
  );
  for (const { expression } of columns) {
    for (const call of callsIn(expression, isTableFunction)) {
      if (call.arguments.some((argument) => callsIn(argument, isTableFunction).length > 0)) {
        throw sqlError('Table functions cannot be nested.', { span: call.span });
      }
      if (calls.get(call) !== undefined) continue;
      const name = nextName();
      calls.add(call, name);
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
        const name = calls.get(part);
        return name === undefined ? undefined : { kind: 'ColumnReference', name, span: part.span };
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
