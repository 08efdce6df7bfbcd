import { listProperties } from '../config/listed-properties.ts';
import { unreachable } from '../../base/assert.ts';
import type { Explanation, QueryDescription, SourceDescription, StatementResult } from '../../sql/index.ts';
import { type FieldEntity, schemaEntity } from './field-entity.ts';
import { functionDescription, functionNames } from './function-entities.ts';
import {
  offsetSummaries,
  sourceErrorStatistics,
  sourceStatistics,
  statisticsOf,
  tasksMetadata,
  droppedRows,
  lossesOf,
} from './query-statistics.ts';
import { type QueryListing, queryListing, sourceDescription, sourceListing } from './source-entities.ts';

/** One entry of a `/ksql` answer. */
export type StatementEntity = Readonly<Record<string, unknown>> & {
  readonly '@type': string;
  readonly statementText: string;
};

interface CommandOutcome {
  readonly commandId: string;
  readonly message: string;
  readonly queryId?: string;
  readonly sequenceNumber: number;
  readonly warnings?: readonly string[];
}

/** The `currentStatus` of a statement that was recorded and applied. */
export function currentStatus(statementText: string, outcome: CommandOutcome): StatementEntity {
  const { commandId, message, queryId = null, sequenceNumber, warnings = [] } = outcome;
  return {
    '@type': 'currentStatus',
    statementText,
    commandId,
    commandStatus: { status: 'SUCCESS', message, queryId },
    commandSequenceNumber: sequenceNumber,
    warnings: warnings.map((text) => ({ message: text })),
  };
}

/** An answer with more warnings. */
export function withWarnings(entity: StatementEntity, messages: readonly string[]): StatementEntity {
  const { warnings } = entity;
  const own: readonly unknown[] = Array.isArray(warnings) ? warnings : [];
  return { ...entity, warnings: [...own, ...messages.map((message) => ({ message }))] };
}

/** A statement that was right and has done nothing. */
export function warningEntity(statementText: string, message: string): StatementEntity {
  return { '@type': 'warning_entity', statementText, message, warnings: [] };
}

/** What a statement answered, as ksqlDB's API puts it; undefined for those that answer nothing. */
export async function statementEntity(result: StatementResult): Promise<StatementEntity | undefined> {
  const entity = (type: string, fields: Readonly<Record<string, unknown>>): StatementEntity => ({
    '@type': type,
    statementText: result.text,
    ...fields,
    warnings: [],
  });
  switch (result.kind) {
    case 'inserted':
    case 'session':
    // Recorded statements are answered with their status.
    case 'ddl':
    case 'terminated':
    case 'control':
      return undefined;
    case 'sources': {
      if (result.extended) {
        return entity('source_descriptions', {
          sourceDescriptions: await Promise.all(
            result.sources.map((s) => describeSource(s, { extended: true })),
          ),
        });
      }
      const listings = result.sources.map(({ source }) => sourceListing(source));
      return result.sourceKind === 'STREAM'
        ? entity('streams', { streams: listings })
        : entity('tables', { tables: listings });
    }
    case 'queries':
      return result.extended
        ? entity('query_descriptions', {
            queryDescriptions: await Promise.all(result.queries.map((q) => describeQuery(q))),
          })
        : {
            ...entity('queries', { queries: result.queries.map((q) => queryListing(listingOf(q))) }),
            warnings: (await lossesOf(result.queries)).map((message) => ({ message })),
          };
    case 'topics':
      return entity(result.extended ? 'kafka_topics_extended' : 'kafka_topics', {
        topics: [...result.topics].map(([name, { partitions, replicas }]) => ({
          name,
          replicaInfo: Array.from({ length: partitions }, () => replicas),
        })),
      });
    case 'functions':
      return entity('function_names', { functions: functionNames(result.functions) });
    case 'types':
      return entity('type_list', {
        types: Object.fromEntries([...result.types].map(([name, type]) => [name, schemaEntity(type)])),
      });
    case 'properties': {
      const { properties, overwritten, defaults } = listProperties(result.properties);
      return entity('properties', {
        properties,
        overwrittenProperties: overwritten,
        defaultProperties: defaults,
      });
    }
    case 'variables':
      return entity('variables', {
        variables: [...result.variables].map(([name, value]) => ({ name, value })),
      });
    case 'describeSource':
      return entity('sourceDescription', {
        sourceDescription: await describeSource(result.description, result),
      });
    case 'describeFunction':
      return entity('describe_function', functionDescription(result.function));
    case 'explain':
      return entity('queryDescription', {
        queryDescription: await describeExplanation(result.explanation, result.text),
      });
    default:
      return unreachable(result);
  }
}

async function describeSource(description: SourceDescription, { extended }: { readonly extended: boolean }) {
  const { source, readQueries, writeQueries, topic, constraints } = description;
  return {
    ...sourceDescription(source, {
      extended,
      readQueries: readQueries.map(listingOf),
      writeQueries: writeQueries.map(listingOf),
      partitions: topic?.partitions ?? 0,
      replication: topic?.replicas ?? 0,
    }),
    ...(extended ? await sourceStatus(description) : {}),
    sourceConstraints: constraints,
  };
}

/** What DESCRIBE EXTENDED says of the queries at a source. */
async function sourceStatus({ readQueries, writeQueries }: SourceDescription) {
  const [read, written] = await Promise.all([statisticsOf(readQueries), statisticsOf(writeQueries)]);
  return {
    statistics: sourceStatistics({ read, written }),
    errorStats: sourceErrorStatistics({
      read: { statistics: read, queries: readQueries },
      written: { statistics: written, queries: writeQueries },
    }),
    queryOffsetSummaries: offsetSummaries(written),
  };
}

function listingOf(query: QueryDescription): QueryListing {
  return {
    id: query.id,
    sinks: query.sink === undefined ? [] : [query.sink],
    sinkKafkaTopics: query.sinkTopic === undefined ? [] : [query.sinkTopic],
    queryString: query.text,
    queryType: query.kind,
    state: query.state,
  };
}

type DescribedQuery = Omit<QueryDescription, 'state'> & { readonly state: QueryDescription['state'] | '' };

async function describeQuery(query: DescribedQuery, explanation?: Explanation) {
  const statistics = await query.statistics?.();
  return {
    id: query.id,
    statementText: query.text,
    windowType: null,
    fields: query.columns.map(
      ({ name, type, isKey }): FieldEntity => ({
        name,
        schema: schemaEntity(type),
        ...(isKey ? { type: 'KEY' } : {}),
      }),
    ),
    sources: query.sources,
    sinks: query.sink === undefined ? [] : [query.sink],
    topology: explanation?.topology ?? '',
    executionPlan: explanation === undefined ? '' : ladder(explanation),
    overriddenProperties: {},
    ksqlHostQueryStatus: {},
    queryType: query.kind,
    queryErrors: [
      ...(statistics === undefined ? [] : droppedRows(statistics).map((each) => ({ ...each, kind: 'USER' }))),
      ...query.errors,
    ].map(({ message, timestampMs, kind }) => ({
      errorMessage: message,
      timestamp: timestampMs,
      type: kind,
    })),
    tasksMetadata: statistics === undefined ? [] : tasksMetadata(statistics),
    consumerGroupId: statistics?.groupId ?? '',
    state: query.state,
  };
}

/** A statement that is explained and does not run has neither an id nor a state. */
async function describeExplanation(explanation: Explanation, text: string) {
  const { query, plan, kind, columns } = explanation;
  const explained: DescribedQuery = {
    id: '',
    text: text.replace(/^\s*EXPLAIN\s+/i, ''),
    plan,
    state: '',
    kind,
    columns,
    sources: plan.sources,
    errors: [],
  };
  return describeQuery(query ?? explained, explanation);
}

/** Each rung of a query's plan under its name. */
function ladder({ logicalPlan, boundPlan, physicalPlan }: Explanation): string {
  return `Logical plan\n${logicalPlan}\n\nExpressions\n${boundPlan}\n\nPhysical plan\n${physicalPlan}`;
}
