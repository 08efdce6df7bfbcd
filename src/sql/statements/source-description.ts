import type { AnalysisContext } from '../analysis/session.ts';
import type { DataSource } from '../catalog/data-source.ts';
import type { QueryDescription, SourceDescription } from '../entities/descriptions.ts';

/** A source, its topic, and the queries that read and write it. */
export function describeSource(
  source: DataSource,
  { context, queries }: { readonly context: AnalysisContext; readonly queries: readonly QueryDescription[] },
): SourceDescription {
  const topic = context.topics.get(source.topic.name);
  const readers = queries.filter(({ sources }) => sources.includes(source.name));
  return {
    source,
    readQueries: readers,
    writeQueries: queries.filter(({ sink }) => sink === source.name),
    ...(topic === undefined ? {} : { topic }),
    constraints: readers.flatMap(({ sink }) => (sink === undefined ? [] : [sink])),
  };
}
