import { columnsIn } from '../bound/children.ts';
import type { BoundExpression } from '../bound/nodes.ts';
import type { JoinInput, LogicalNode, SourceNode } from '../logical/nodes.ts';
import type { OptimizerRule } from './rule.ts';

/**
 * Value columns of a stream that no step reads are null in its rows. Their format checks them all the same, since a
 * record that does not fit its columns is no row; and all columns keep their places. The rows of a table are kept whole:
 * pull queries and later versions of the query read them.
 */
export const columnPruning: OptimizerRule = {
  name: 'column pruning',
  apply: (plan) => pruned(plan, new Set(plan.schema.row.keys())),
};

type Places = ReadonlySet<number>;

/** @param read the places of the node's row that the steps above it read. */
function pruned(node: LogicalNode, read: Places): LogicalNode {
  switch (node.node) {
    case 'Source':
      return prunedSource(node, read);
    case 'Filter':
      return { ...node, input: pruned(node.input, withColumns(read, [node.predicate])) };
    case 'FlatMap': {
      const given = node.calls.flatMap(({ bound }) => bound.arguments);
      return { ...node, input: pruned(node.input, withColumns(within(read, node.input), given)) };
    }
    case 'PartitionBy':
      return { ...node, input: pruned(node.input, withColumns(within(read, node.input), node.keys)) };
    case 'Aggregate': {
      const inputs = node.calls.flatMap(({ bound }) => bound.inputs);
      return { ...node, input: pruned(node.input, withColumns(NONE, [...node.groupBy, ...inputs])) };
    }
    case 'Project': {
      const expressions = node.columns.map(({ expression }) => expression);
      return { ...node, input: pruned(node.input, withColumns(NONE, expressions)) };
    }
    case 'Join': {
      const { left, right, joinKey } = node;
      const width = left.node.schema.row.length;
      const foreign = joinKey.kind === 'foreign' ? [joinKey.expression] : [];
      const ofRight = new Set([...read].map((place) => place - width));
      return {
        ...node,
        left: prunedSide(left, withColumns(within(read, left.node), foreign)),
        right: prunedSide(right, within(ofRight, right.node)),
      };
    }
  }
}

const NONE: Places = new Set();

function prunedSide(side: JoinInput, read: Places): JoinInput {
  const { keyBy } = side;
  return { ...side, node: pruned(side.node, keyBy === undefined ? read : withColumns(read, [keyBy])) };
}

/** These places, and those that expressions read. */
function withColumns(read: Places, expressions: readonly BoundExpression[]): Places {
  return new Set([...read, ...expressions.flatMap(columnsIn).map(({ index }) => index)]);
}

/** The places that lie in the row of a node. */
function within(read: Places, { schema }: LogicalNode): Places {
  return new Set([...read].filter((place) => place >= 0 && place < schema.row.length));
}

function prunedSource(node: SourceNode, read: Places): SourceNode {
  const { source } = node;
  if (source.kind === 'TABLE') return node;
  const unread = source.schema.value.flatMap(({ name }, place) =>
    read.has(place) || name === source.timestamp?.column ? [] : [place],
  );
  return unread.length === 0 ? node : { ...node, unread };
}
