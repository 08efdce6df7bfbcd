import type { BoundSource } from '../analysis/query-sources.ts';
import { pseudoColumns, windowColumns } from '../analysis/system-columns.ts';
import type { DataSource } from '../catalog/data-source.ts';
import type { NodeSchema, RowColumn, SourceNode } from './nodes.ts';

/**
 * The row that the source step makes of a record: the value columns, what headers give, ROWTIME, ROWPARTITION and
 * ROWOFFSET, the window's bounds, the key columns.
 */
export function processingRow(source: DataSource): readonly RowColumn[] {
  const plain = ({ name, type }: RowColumn): RowColumn => ({ name, type });
  const named = (columns: ReadonlyMap<string, RowColumn['type']>): RowColumn[] =>
    [...columns].map(([name, type]) => ({ name, type }));
  return [
    ...source.schema.value.map(plain),
    ...source.schema.headers.map(plain),
    ...named(pseudoColumns),
    ...(source.topic.keyFormat.window === undefined ? [] : named(windowColumns)),
    ...source.schema.key.map(plain),
  ];
}

/** @param rowName the name of a column in the row; in joins that is not its own. */
export function sourceNode(
  bound: BoundSource,
  id: string,
  rowName: (column: string) => string = (column) => column,
): SourceNode {
  const { source, alias } = bound;
  const named = ({ name, type }: RowColumn): RowColumn => ({ name: rowName(name), type });
  const schema: NodeSchema = {
    key: source.schema.key.map(named),
    row: processingRow(source).map(named),
  };
  const window = source.topic.keyFormat.window;
  return {
    node: 'Source',
    id,
    output: source.kind,
    schema,
    alias,
    source,
    ...(window === undefined ? {} : { window }),
  };
}
