import { BOOLEAN } from '../../serde/model/sql-type.ts';
import { node } from '../bound/binder.ts';
import { columnsIn } from '../bound/children.ts';
import type { BoundExpression } from '../bound/nodes.ts';
import { quoted } from '../bound/origin.ts';
import { printBound } from '../bound/print.ts';
import type { FilterNode, JoinNode, LogicalNode } from '../logical/nodes.ts';
import { withInputs } from './map-plan.ts';
import type { OptimizerRule } from './rule.ts';

/**
 * Conditions on the stream of a stream-table join are checked before the join: rows that fail them are not repartitioned
 * and look nothing up. Each row of the stream is joined by itself, so its results are the same, in the same order.
 *
 * Not so in joins of streams, where a row that was filtered out would no longer move their time on: later rows would come
 * in time that came too late, and rows without a partner would be emitted later. Not so in joins of tables, where a row
 * that fails is a deletion. Only conditions that cannot fail go, and a conjunction only as far as it begins with such: an
 * error is told of for the same rows as before.
 */
export const filterPushDown: OptimizerRule = {
  name: 'filter push-down',
  apply: (plan) => pushFilters(plan),
};

function pushFilters(plan: LogicalNode): LogicalNode {
  const node = withInputs(plan, pushFilters);
  return node.node === 'Filter' && node.input.node === 'Join' ? pushInto(node.input, node) : node;
}

function pushInto(join: JoinNode, filter: FilterNode): LogicalNode {
  const stream = join.left.node;
  if (stream.output !== 'STREAM' || join.right.node.output !== 'TABLE') return filter;
  const width = stream.schema.row.length;
  const conditions = conjunctsOf(filter.predicate);
  const isOfStream = (condition: BoundExpression): boolean =>
    cannotFail(condition) && columnsIn(condition).every(({ index }) => index < width);
  const stop = conditions.findIndex((condition) => !isOfStream(condition));
  const pushed = stop < 0 ? conditions : conditions.slice(0, stop);
  const [first] = pushed;
  if (first === undefined) return filter;
  // The stream's columns come first in the row of the join: their places are the same.
  const below: FilterNode = {
    node: 'Filter',
    id: `${stream.id}-${filter.id}`,
    output: stream.output,
    schema: stream.schema,
    input: stream,
    predicate: conjunction(pushed, first),
    ...(stream.window === undefined ? {} : { window: stream.window }),
  };
  const joined: JoinNode = { ...join, left: { ...join.left, node: pushFilters(below) } };
  const [kept, ...others] = conditions.slice(pushed.length);
  return kept === undefined
    ? joined
    : { ...filter, input: joined, predicate: conjunction([kept, ...others], kept) };
}

function conjunctsOf(predicate: BoundExpression): readonly BoundExpression[] {
  return predicate.kind === 'Logical' && predicate.operator === 'AND'
    ? [...conjunctsOf(predicate.left), ...conjunctsOf(predicate.right)]
    : [predicate];
}

function conjunction(conditions: readonly BoundExpression[], first: BoundExpression): BoundExpression {
  return conditions.slice(1).reduce<BoundExpression>((left, right) => {
    const syntax = quoted(`(${printBound(left)} AND ${printBound(right)})`);
    return node({ kind: 'Logical', type: BOOLEAN, operator: 'AND', left, right, syntax });
  }, first);
}

/** Whether a condition is true or false for every row, and never an error. */
function cannotFail(condition: BoundExpression): boolean {
  switch (condition.kind) {
    case 'Constant':
      return condition.value !== null;
    case 'Comparison': {
      const { by, left, right } = condition;
      // NaN is no decimal.
      const isOfDouble = left.type?.kind === 'DOUBLE' || right.type?.kind === 'DOUBLE';
      return isPlain(left) && isPlain(right) && !(by === 'decimal' && isOfDouble);
    }
    case 'IsNull':
      return isPlain(condition.operand);
    case 'In':
      return isPlain(condition.operand) && condition.list.every(isPlain);
    case 'Logical':
      return cannotFail(condition.left) && cannotFail(condition.right);
    case 'Not':
      return cannotFail(condition.operand);
    default:
      return false;
  }
}

/** What is there, or is null. */
function isPlain(value: BoundExpression): boolean {
  return (
    value.kind === 'Column' || value.kind === 'Constant' || (value.kind === 'Field' && isPlain(value.base))
  );
}
