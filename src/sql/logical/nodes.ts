import type { Expression, FunctionCall, JoinType } from '../../../grammar/ast.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import type { SourceColumn } from '../analysis/column-address.ts';
import type { SystemColumn } from '../analysis/system-columns.ts';
import type { BoundExpression } from '../bound/nodes.ts';
import type { DataSource, WindowInfo } from '../catalog/data-source.ts';
import type { ResolvedAggregate, ResolvedTableFunction } from '../functions/registry.ts';

export interface RowColumn {
  /** For display, and for formats that write names: nothing is looked up by it. */
  readonly name: string;
  readonly type: SqlType;
  /** The column of a source that it is; absent for one that a step adds. */
  readonly of?: SourceColumn;
  /** What it tells of the record; absent for users' columns. */
  readonly system?: SystemColumn;
}

export interface KeyColumn extends RowColumn {
  /** The place in the row of the column's copy; absent after the last projection. */
  readonly place?: number;
}

/**
 * What flows out of a node. A value row holds, beside the columns that a user would call values, copies of the key
 * columns and the pseudo columns, so that every expression reads one row. After the last projection `row` holds values only.
 */
export interface NodeSchema {
  readonly key: readonly KeyColumn[];
  readonly row: readonly RowColumn[];
}

interface NodeBase {
  /** Unique in its plan, for instance `KsqlTopic`; internal topics and stores are named after it. */
  readonly id: string;
  readonly output: 'STREAM' | 'TABLE';
  readonly schema: NodeSchema;
  /** The key carries a window. */
  readonly window?: WindowInfo;
}

export interface SourceNode extends NodeBase {
  readonly node: 'Source';
  readonly alias: string;
  readonly source: DataSource;
  /** Places of value columns that no step reads. */
  readonly unread?: readonly number[];
}

export interface FilterNode extends NodeBase {
  readonly node: 'Filter';
  readonly input: LogicalNode;
  readonly predicate: BoundExpression;
}

/** A call of a table function and the column that it adds. */
export interface TableCall {
  readonly name: string;
  readonly call: FunctionCall;
  readonly bound: BoundTableCall;
}

/** A call of a table function, resolved over the rows that it multiplies. */
export interface BoundTableCall {
  readonly name: string;
  readonly arguments: readonly BoundExpression[];
  readonly resolved: ResolvedTableFunction;
}

/** Table functions: every call adds a column, every row becomes as many as the longest result. */
export interface FlatMapNode extends NodeBase {
  readonly node: 'FlatMap';
  readonly input: LogicalNode;
  readonly calls: readonly TableCall[];
}

/** A new key. No expressions: no key. */
export interface PartitionByNode extends NodeBase {
  readonly node: 'PartitionBy';
  readonly input: LogicalNode;
  readonly keys: readonly BoundExpression[];
}

export interface JoinInput {
  readonly node: LogicalNode;
  /** What to key by before the join; absent where the rows have that key already. */
  readonly keyBy?: BoundExpression;
  /** Name of the step that does so. */
  readonly keyById: string;
}

export interface JoinWindow {
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly graceMs?: number;
}

export interface JoinNode extends NodeBase {
  readonly node: 'Join';
  readonly type: JoinType;
  readonly left: JoinInput;
  readonly right: JoinInput;
  readonly within?: JoinWindow;
  readonly joinKey: JoinKey;
}

/** What the key of a join is called, and how a query may refer to it: qualified, as it is written. */
export type JoinKey =
  | { readonly kind: 'column'; readonly place: number; readonly viable: readonly Expression[] }
  | { readonly kind: 'synthetic'; readonly name: string; readonly place: number }
  /** The left table's key; `expression` is what it holds of the right one's. */
  | { readonly kind: 'foreign'; readonly expression: BoundExpression };

export interface AggregateCall {
  /** `KSQL_AGG_VARIABLE_n`. */
  readonly name: string;
  readonly call: FunctionCall;
  readonly bound: BoundAggregate;
}

/** A call of an aggregate function, resolved over the rows that it aggregates. */
export interface BoundAggregate {
  readonly name: string;
  readonly resolved: ResolvedAggregate;
  /** What the aggregator is given of each row, constants left out; each to be converted to its parameter's type. */
  readonly inputs: readonly BoundExpression[];
}

export type AggregateWindow =
  | {
      readonly kind: 'TUMBLING';
      readonly sizeMs: number;
      readonly graceMs?: number;
      readonly retentionMs?: number;
    }
  | {
      readonly kind: 'HOPPING';
      readonly sizeMs: number;
      readonly advanceMs: number;
      readonly graceMs?: number;
      readonly retentionMs?: number;
    }
  | {
      readonly kind: 'SESSION';
      readonly gapMs: number;
      readonly graceMs?: number;
      readonly retentionMs?: number;
    };

export interface AggregateNode extends NodeBase {
  readonly node: 'Aggregate';
  readonly input: LogicalNode;
  readonly groupBy: readonly BoundExpression[];
  readonly calls: readonly AggregateCall[];
  readonly timeWindow?: AggregateWindow;
  readonly emitFinal: boolean;
}

export interface ProjectNode extends NodeBase {
  readonly node: 'Project';
  readonly input: LogicalNode;
  /** Of the value columns. */
  readonly columns: readonly { readonly name: string; readonly expression: BoundExpression }[];
  /** Which columns of the input's key make the new one; absent: all, in their order. */
  readonly keyPositions?: readonly number[];
  /** Of a result that is only looked at: what each column repeats of the key. */
  readonly keyCopies?: readonly KeyCopy[];
}

/** A column of the key by its place in it, a bound of the key's window, or nothing. */
export type KeyCopy = number | 'WINDOWSTART' | 'WINDOWEND' | null;

export type LogicalNode =
  | SourceNode
  | FilterNode
  | FlatMapNode
  | PartitionByNode
  | JoinNode
  | AggregateNode
  | ProjectNode;

/** The sources of a plan, in the order of the FROM clause. */
export function sourcesOf(node: LogicalNode): readonly SourceNode[] {
  switch (node.node) {
    case 'Source':
      return [node];
    case 'Join':
      return [...sourcesOf(node.left.node), ...sourcesOf(node.right.node)];
    default:
      return sourcesOf(node.input);
  }
}
