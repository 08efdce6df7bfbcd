import { keyOfRow, processingRow } from '../analysis/processing-row.ts';
import type { BoundSource, QuerySources } from '../analysis/query-sources.ts';
import type { SourceNode } from './nodes.ts';

/** The node that reads a source. @param sources those of the query, where it joins several. */
export function sourceNode(bound: BoundSource, id: string, sources?: QuerySources): SourceNode {
  const { source, alias } = bound;
  const number = sources?.all.indexOf(bound) ?? 0;
  const row = processingRow(source, number, (own) => sources?.rowName(alias, own) ?? own);
  const window = source.topic.keyFormat.window;
  return {
    node: 'Source',
    id,
    output: source.kind,
    schema: { key: keyOfRow(row, source), row },
    alias,
    source,
    ...(window === undefined ? {} : { window }),
  };
}
