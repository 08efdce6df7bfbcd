import type { Expression } from '../../../grammar/ast.ts';
import { sameSyntax } from '../../../grammar/equality.ts';
import { formatExpression } from '../../../grammar/printer/expressions.ts';
import { assertDefined } from '../../base/assert.ts';
import type { SourceSpan } from '../../base/errors.ts';
import { sameType, type SqlType } from '../../serde/model/sql-type.ts';
import type { AnalyzedQuery } from '../analysis/analyze-query.ts';
import { durationMs } from '../analysis/durations.ts';
import type { BoundJoin } from '../analysis/join-condition.ts';
import { bindOver, knownType, placeOf } from '../analysis/row-scope.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import type { BoundExpression } from '../bound/nodes.ts';
import { joinMessages } from '../messages/joins.ts';
import { joinKeyName } from '../analysis/generated-names.ts';
import { refuse } from '../analysis/sql-error.ts';
import type { JoinInput, JoinKey, JoinNode, JoinWindow, LogicalNode, RowColumn } from './nodes.ts';
import { sourcesOf } from './nodes.ts';
import { sourceNode } from './source-node.ts';

/** A join while the tree grows: which expressions are equal to its key, and which columns may give the key its name. */
interface Growing {
  readonly node: LogicalNode;
  readonly equal: readonly Expression[];
  readonly viable: readonly Expression[];
}

/** Joins the sources of a query, left to right. */
export function joinNodes(query: AnalyzedQuery, context: AnalysisContext): LogicalNode {
  const { sources, joins } = query;
  // The step ids of the inner joins carry an L_ for each level that they are below the last one.
  const prefixOf = (index: number): string => 'L_'.repeat(joins.length - 1 - index);
  const first = sources.first;
  let growing: Growing = {
    node: sourceNode(first, `KafkaTopic_${prefixOf(0)}Left`, sources),
    equal: [],
    viable: [],
  };
  joins.forEach((join, index) => {
    growing = joinOne({ query, context, join, left: growing, prefix: prefixOf(index) });
  });
  checkPartitions(growing.node, context, query);
  return growing.node;
}

interface JoinStep {
  readonly query: AnalyzedQuery;
  readonly context: AnalysisContext;
  readonly join: BoundJoin;
  readonly left: Growing;
  readonly prefix: string;
}

function joinOne(step: JoinStep): Growing {
  const { query, join, left, prefix } = step;
  const right = sourceNode(join.right, `KafkaTopic_${prefix}Right`, query.sources);
  const leftIsKey = isKeyOf(left, join.leftExpression, query);
  const rightIsKey = isKeyOf({ node: right, equal: [], viable: [] }, join.rightExpression, query);
  const { foreign, keys } = checkKinds(step, right, { leftIsKey, rightIsKey });
  checkWindows(left.node, right, query);
  const contained = left.equal.some((expression) => sameSyntax(expression, join.leftExpression));
  // Either side of a full join of streams may be missing: its key is neither one's column.
  const streamOuter = join.type === 'OUTER' && left.node.output === 'STREAM';
  // A foreign-key join keeps the left table's key.
  const leftKeys = foreign ? keysOf(left.node) : [];
  const equal = foreign
    ? leftKeys
    : streamOuter
      ? []
      : [...(contained ? left.equal : [join.leftExpression]), join.rightExpression];
  const viable = foreign
    ? leftKeys
    : join.type === 'OUTER'
      ? []
      : [...(contained ? left.viable : []), join.leftExpression, join.rightExpression];
  const distinct = viable.filter(
    (expression, index) =>
      expression.kind === 'ColumnReference' &&
      viable.findIndex((other) => sameSyntax(other, expression)) === index,
  );
  const joinKey = foreign
    ? ({ kind: 'foreign', expression: keys.left } as const)
    : joinKeyOf(distinct, query, [...left.node.schema.row, ...right.schema.row]);
  const node: JoinNode = {
    node: 'Join',
    id: `${prefix}Join`,
    output: left.node.output === 'TABLE' ? 'TABLE' : 'STREAM',
    type: join.type,
    left: inputOf(left.node, leftIsKey || foreign ? undefined : keys.left, `${prefix}LeftSourceKeyed`),
    right: inputOf(right, rightIsKey || foreign ? undefined : keys.right, `${prefix}RightSourceKeyed`),
    joinKey,
    schema: joinSchema({ joinKey, left: left.node, right, keyType: knownType(keys.left) }),
    ...withinOf(join, left.node, right),
    ...(left.node.window === undefined ? {} : { window: left.node.window }),
  };
  return { node, equal, viable: distinct };
}

/** The key of a source, as a join condition would name it; only a single column can be joined on. */
function keysOf(node: LogicalNode): readonly Expression[] {
  if (node.node !== 'Source' || node.source.schema.key.length !== 1) return [];
  const span = { start: 0, end: 0, line: 1, column: 1 };
  return node.source.schema.key.map(({ name }) => ({
    kind: 'ColumnReference',
    source: node.alias,
    name,
    span,
  }));
}

function inputOf(node: LogicalNode, keyBy: BoundExpression | undefined, keyById: string): JoinInput {
  if (keyBy === undefined) return { node, keyById };
  if (node.window !== undefined) throw repartitionOfWindowed(keyBy.syntax.span);
  return { node, keyBy, keyById };
}

export function repartitionOfWindowed(span?: SourceSpan): Error {
  return refuse(joinMessages.repartitionOfWindowed(), span);
}

/** The rows of a node are keyed by the value of an expression. */
function isKeyOf(side: Growing, expression: Expression, query: AnalyzedQuery): boolean {
  if (side.equal.length > 0) return side.equal.some((equal) => sameSyntax(equal, expression));
  const { key, row } = side.node.schema;
  const place = placeOf(row, query.sources.resolve(expression));
  return place !== undefined && key.length === 1 && key[0]?.place === place;
}

function joinKeyOf(viable: readonly Expression[], query: AnalyzedQuery, row: readonly RowColumn[]): JoinKey {
  if (viable.length === 0) {
    return { kind: 'synthetic', name: joinKeyName(row.map(({ name }) => name)), place: row.length };
  }
  const selected = viable.find((key) =>
    query.select.some((item) => {
      if ('star' in item) {
        return (
          item.star.alias === undefined || (key.kind === 'ColumnReference' && item.star.alias === key.source)
        );
      }
      return 'expression' in item && sameSyntax(item.expression, key);
    }),
  );
  const chosen = assertDefined(selected ?? viable[0], 'a viable key');
  const place = assertDefined(placeOf(row, query.sources.resolve(chosen)), 'a viable key is a column');
  return { kind: 'column', place, viable };
}

function joinSchema(options: {
  readonly joinKey: JoinKey;
  readonly left: LogicalNode;
  readonly right: LogicalNode;
  readonly keyType: SqlType;
}): JoinNode['schema'] {
  const { joinKey, left, right, keyType } = options;
  const row = [...left.schema.row, ...right.schema.row];
  if (joinKey.kind === 'foreign') return { key: left.schema.key, row };
  const { place } = joinKey;
  if (joinKey.kind === 'column') {
    const { name } = assertDefined(row[place], 'the key is a column of the row');
    return { key: [{ name, type: keyType, place }], row };
  }
  const key = { name: joinKey.name, type: keyType };
  return { key: [{ ...key, place }], row: [...row, key] };
}

function nameWithAlias({ alias, source }: BoundJoin['right']): string {
  return alias === source.name ? alias : `${source.name} ${alias}`;
}

function withinOf(join: BoundJoin, left: LogicalNode, right: LogicalNode): { readonly within?: JoinWindow } {
  const streams = left.output === 'STREAM' && right.output === 'STREAM';
  if (join.within === undefined) {
    if (!streams) return {};
    throw refuse(
      joinMessages.streamStreamWithoutWithin(nameWithAlias(join.right), conditionText(join)),
      join.span,
    );
  }
  if (!streams) {
    const kinds = left.output === 'STREAM' ? 'Stream-Table' : 'Table-Table';
    throw refuse(joinMessages.withinOfTable(kinds), join.within.span);
  }
  return {
    within: {
      beforeMs: durationMs(join.within.before),
      afterMs: durationMs(join.within.after),
      ...(join.within.grace === undefined ? {} : { graceMs: durationMs(join.within.grace) }),
    },
  };
}

function conditionText(join: BoundJoin): string {
  const left = formatExpression(join.leftExpression);
  const right = formatExpression(join.rightExpression);
  return join.flipped ? `${right} = ${left}` : `${left} = ${right}`;
}

/** Both sides of the condition. */
interface JoinKeys {
  readonly left: BoundExpression;
  readonly right: BoundExpression;
}

/** Which kinds of sources can be joined how, and by what. */
function checkKinds(
  step: JoinStep,
  right: LogicalNode,
  sides: { readonly leftIsKey: boolean; readonly rightIsKey: boolean },
): { readonly foreign: boolean; readonly keys: JoinKeys } {
  const { join, left } = step;
  if (left.node.output === 'STREAM') {
    if (right.output !== 'STREAM') checkStreamTable(step, right, sides);
    return { foreign: false, keys: bindKeys(step, right) };
  }
  const names = namesOf(step);
  if (right.output === 'STREAM') {
    const written = { table: leftNameOf(step), stream: join.right.source.name };
    throw refuse(joinMessages.tableStream(names, written), join.span);
  }
  if (!sides.rightIsKey) {
    throw refuse(joinMessages.tableTableKey(conditionText(join), keyText(right)), join.onSpan);
  }
  const keys = bindKeys(step, right, !sides.leftIsKey);
  if (sides.leftIsKey) return { foreign: false, keys };
  if (join.type === 'OUTER') {
    throw refuse(joinMessages.foreignKeyFull(names), join.span);
  }
  if (join.type === 'RIGHT') {
    throw refuse(joinMessages.foreignKeyRight(), join.span);
  }
  if (right.window !== undefined) throw refuse(joinMessages.foreignKeyWindowed(), join.onSpan);
  return { foreign: true, keys };
}

function checkStreamTable(
  step: JoinStep,
  right: LogicalNode,
  { rightIsKey }: { readonly rightIsKey: boolean },
): void {
  const { join } = step;
  if (join.type === 'OUTER' || join.type === 'RIGHT') {
    const kind = join.type === 'OUTER' ? 'full-outer' : 'right-outer';
    throw refuse(joinMessages.streamTableType(namesOf(step), kind), join.span);
  }
  if (rightIsKey) return;
  throw refuse(joinMessages.streamTableKey(conditionText(join), keyText(right)), join.onSpan);
}

const leftNameOf = ({ left }: JoinStep): string =>
  assertDefined(sourcesOf(left.node)[0], 'a join has sources').source.name;

const namesOf = (step: JoinStep): string =>
  `${leftNameOf(step)} ${step.join.type} ${step.join.right.source.name}`;

/** Both sides, which must be of one type. */
function bindKeys(step: JoinStep, right: LogicalNode, foreign = false): JoinKeys {
  const { join, left, query, context } = step;
  if (foreign && left.node.node !== 'Source') {
    throw refuse(joinMessages.foreignKeyNWay(conditionText(join)), join.onSpan);
  }
  const bindSide = (node: LogicalNode, expression: Expression): BoundExpression =>
    bindOver(node.schema.row, query.sources.resolve(expression), context);
  const keys = {
    left: bindSide(left.node, join.leftExpression),
    right: bindSide(right, join.rightExpression),
  };
  const leftType = knownType(keys.left);
  const rightType = knownType(keys.right);
  if (sameType(leftType, rightType)) return keys;
  const leftSide = { text: formatExpression(join.leftExpression), type: leftType };
  const rightSide = { text: formatExpression(join.rightExpression), type: rightType };
  const [first, second] = join.flipped ? [rightSide, leftSide] : [leftSide, rightSide];
  const cast = { text: leftSide.text, to: rightType };
  throw refuse(joinMessages.typesDiffer(first, second, cast), join.onSpan);
}

function checkWindows(left: LogicalNode, right: LogicalNode, query: AnalyzedQuery): void {
  if (left.window?.type === right.window?.type && left.window?.sizeMs === right.window?.sizeMs) return;
  const session = (node: LogicalNode): boolean | undefined =>
    node.window === undefined ? undefined : node.window.type === 'SESSION';
  if (session(left) === session(right)) {
    if (left.window?.sizeMs === right.window?.sizeMs) return;
    throw repartitionOfWindowed(query.sources.first.span);
  }
  const describe = (node: LogicalNode): string => {
    const source = sourcesOf(node)[0]?.source.name ?? '';
    return joinMessages.windowedSide(source, node.window?.type).message;
  };
  const mixed = session(left) === undefined || session(right) === undefined;
  const sides = [describe(left), describe(right)];
  const refusal = mixed ? joinMessages.windowedWithPlain(sides) : joinMessages.windowsDiffer(sides);
  throw refuse(refusal, query.sources.first.span);
}

function keyText(right: LogicalNode): string | undefined {
  const [key] = keysOf(right);
  return key === undefined ? undefined : formatExpression(key);
}

/** Rows of one key must be in partitions of one number. */
function checkPartitions(node: LogicalNode, context: AnalysisContext, query: AnalyzedQuery): void {
  if (node.node !== 'Join') return;
  checkPartitions(node.left.node, context, query);
  if (node.joinKey.kind === 'foreign') return;
  const [left] = sourcesOf(node.left.node);
  const [right] = sourcesOf(node.right.node);
  if (left === undefined || right === undefined) return;
  const count = (name: string): number | undefined => context.topics.get(name)?.partitions;
  const leftCount = count(left.source.topic.name);
  const rightCount = count(right.source.topic.name);
  if (leftCount === undefined || rightCount === undefined || leftCount === rightCount) return;
  const { alias, source } = right;
  throw refuse(
    joinMessages.partitions({
      left: { alias: left.alias, partitions: leftCount },
      right: { alias, partitions: rightCount, name: source.name, kind: source.kind },
    }),
    (query.joins.find((join) => join.right.alias === alias) ?? query.sources.first).span,
  );
}
