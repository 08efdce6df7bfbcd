import type { DataSource } from '../catalog/data-source.ts';
import type { SourceDescription } from './descriptions.ts';
import { fieldEntities } from './field-entity.ts';
import { queryListing } from './query-entities.ts';
import {
  offsetSummaries,
  sourceErrorStatistics,
  sourceErrorStats,
  sourceStats,
  sourceStatistics,
  statisticsOf,
} from './query-statistics.ts';

/** One entry of a `streams` or `tables` entity. */
export function sourceListing({ kind, name, topic }: DataSource) {
  return {
    type: kind,
    name,
    topic: topic.name,
    keyFormat: topic.keyFormat.format,
    valueFormat: topic.valueFormat.format,
    isWindowed: topic.keyFormat.window !== undefined,
  };
}

/** The `sourceDescription` of a DESCRIBE. */
export async function sourceDescription(
  description: SourceDescription,
  { extended }: { readonly extended: boolean },
) {
  const { source, readQueries, writeQueries, constraints } = description;
  const { topic } = source;
  const { statistics, errorStats, queryOffsetSummaries, clusterStatistics, clusterErrorStats } = extended
    ? await statusOf(description)
    : noStatus;
  return {
    name: source.name,
    windowType: topic.keyFormat.window?.type ?? null,
    readQueries: readQueries.map(queryListing),
    writeQueries: writeQueries.map(queryListing),
    fields: fieldEntities(source.schema),
    type: source.kind,
    timestamp: source.timestamp?.column ?? '',
    statistics,
    errorStats,
    extended,
    keyFormat: topic.keyFormat.format,
    valueFormat: topic.valueFormat.format,
    topic: topic.name,
    partitions: description.topic?.partitions ?? 0,
    replication: description.topic?.replicas ?? 0,
    statement: source.sqlText,
    queryOffsetSummaries,
    sourceConstraints: constraints,
    clusterStatistics,
    clusterErrorStats,
  };
}

const noStatus = {
  ...{ statistics: '', errorStats: '', queryOffsetSummaries: [] },
  ...{ clusterStatistics: [], clusterErrorStats: [] },
};

/** What DESCRIBE EXTENDED says of the queries at a source. */
async function statusOf({ readQueries, writeQueries }: SourceDescription) {
  const [read, written] = await Promise.all([statisticsOf(readQueries), statisticsOf(writeQueries)]);
  return {
    statistics: sourceStatistics({ read, written }),
    errorStats: sourceErrorStatistics({
      read: { statistics: read, queries: readQueries },
      written: { statistics: written, queries: writeQueries },
    }),
    queryOffsetSummaries: offsetSummaries(written),
    clusterStatistics: sourceStats({ read, written }),
    clusterErrorStats: sourceErrorStats({ read, written }),
  };
}
