import type { BoundExpression } from '../bound/nodes.ts';
import type { JoinInput, LogicalNode } from '../logical/nodes.ts';

/** The node over other inputs; the same object where they are the same. */
export function withInputs(node: LogicalNode, map: (input: LogicalNode) => LogicalNode): LogicalNode {
  switch (node.node) {
    case 'Source':
      return node;
    case 'Join': {
      const left = map(node.left.node);
      const right = map(node.right.node);
      if (left === node.left.node && right === node.right.node) return node;
      return { ...node, left: { ...node.left, node: left }, right: { ...node.right, node: right } };
    }
    default: {
      const input = map(node.input);
      return input === node.input ? node : { ...node, input };
    }
  }
}

/** The node with each of its own expressions replaced. */
export function withExpressions(
  node: LogicalNode,
  map: (expression: BoundExpression) => BoundExpression,
): LogicalNode {
  switch (node.node) {
    case 'Source':
      return node;
    case 'Filter':
      return { ...node, predicate: map(node.predicate) };
    case 'FlatMap': {
      const calls = node.calls.map((call) => ({
        ...call,
        bound: { ...call.bound, arguments: call.bound.arguments.map(map) },
      }));
      return { ...node, calls };
    }
    case 'PartitionBy':
      return { ...node, keys: node.keys.map(map) };
    case 'Join': {
      const side = (input: JoinInput): JoinInput =>
        input.keyBy === undefined ? input : { ...input, keyBy: map(input.keyBy) };
      const { joinKey } = node;
      return {
        ...node,
        left: side(node.left),
        right: side(node.right),
        joinKey: joinKey.kind === 'foreign' ? { ...joinKey, expression: map(joinKey.expression) } : joinKey,
      };
    }
    case 'Aggregate': {
      const calls = node.calls.map((call) => ({
        ...call,
        bound: { ...call.bound, inputs: call.bound.inputs.map(map) },
      }));
      return { ...node, groupBy: node.groupBy.map(map), calls };
    }
    case 'Project': {
      const columns = node.columns.map(({ name, expression }) => ({ name, expression: map(expression) }));
      return { ...node, columns };
    }
  }
}
