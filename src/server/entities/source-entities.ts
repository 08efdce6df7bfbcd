import type { DataSource } from '../../sql/catalog/data-source.ts';
import { fieldEntities } from './field-entity.ts';

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

export interface QueryListing {
  readonly id: string;
  readonly sinks: readonly string[];
  readonly sinkKafkaTopics: readonly string[];
  readonly queryString: string;
  readonly queryType: 'PERSISTENT' | 'PUSH' | 'PULL' | 'CREATE_SOURCE';
  readonly state: string;
}

/** One entry of a `queries` entity. */
export function queryListing(query: QueryListing) {
  return { ...query, statusCount: { [query.state]: 1 } };
}

/** The `sourceDescription` of a DESCRIBE. */
export function sourceDescription(
  source: DataSource,
  details: {
    readonly extended: boolean;
    readonly readQueries: readonly QueryListing[];
    readonly writeQueries: readonly QueryListing[];
    readonly partitions: number;
    readonly replication: number;
  },
) {
  const { topic } = source;
  return {
    name: source.name,
    windowType: topic.keyFormat.window?.type ?? null,
    readQueries: details.readQueries.map(queryListing),
    writeQueries: details.writeQueries.map(queryListing),
    fields: fieldEntities(source.schema),
    type: source.kind,
    timestamp: source.timestamp?.column ?? '',
    statistics: '',
    errorStats: '',
    extended: details.extended,
    keyFormat: topic.keyFormat.format,
    valueFormat: topic.valueFormat.format,
    topic: topic.name,
    partitions: details.partitions,
    replication: details.replication,
    statement: source.sqlText,
    queryOffsetSummaries: [],
    sourceConstraints: [],
    clusterStatistics: [],
    clusterErrorStats: [],
  };
}
