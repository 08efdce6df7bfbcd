import type { Explanation, QueryDescription } from './descriptions.ts';
import { type FieldEntity, schemaEntity } from './field-entity.ts';
import { droppedRows, tasksMetadata } from './query-statistics.ts';

/** One entry of a `queries` entity. */
export function queryListing(query: QueryDescription) {
  const { id, sink, sinkTopic, text, kind } = query;
  const state = shownState(query);
  return {
    id,
    sinks: sink === undefined ? [] : [sink],
    sinkKafkaTopics: sinkTopic === undefined ? [] : [sinkTopic],
    queryString: text,
    queryType: kind,
    state,
    statusCount: { [state]: 1 },
  };
}

/** ksqlDB's word for a query of which nothing can be said is that of one whose thread does not answer. */
function shownState<State>({
  state,
  standstill,
}: {
  readonly state: State;
  readonly standstill?: string;
}): State | 'UNRESPONSIVE' {
  return standstill === undefined ? state : 'UNRESPONSIVE';
}

type DescribedQuery = Omit<QueryDescription, 'state' | 'plan'> & {
  readonly state: QueryDescription['state'] | '';
};

/** The `queryDescription` of a query. */
export async function queryDescription(query: DescribedQuery, explanation?: Explanation) {
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
    overriddenProperties: query.overridden,
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
    state: shownState(query),
  };
}

/** The `queryDescription` of an EXPLAIN. A statement that is explained and does not run has neither an id nor a state. */
export async function explanationEntity(explanation: Explanation, text: string) {
  const { query, kind, columns, sources, sink } = explanation;
  const explained: DescribedQuery = {
    id: '',
    text: text.replace(/^\s*EXPLAIN\s+/i, ''),
    state: '',
    kind,
    columns,
    sources,
    ...(sink === undefined ? {} : { sink }),
    overridden: {},
    errors: [],
  };
  return queryDescription(query ?? explained, explanation);
}

/** Each rung of a query's plan under its name. */
function ladder({ syntaxTree, logicalPlan, boundPlan, physicalPlan }: Explanation): string {
  const rungs = {
    Syntax: syntaxTree,
    'Logical plan': logicalPlan,
    Expressions: boundPlan,
    'Physical plan': physicalPlan,
  };
  return Object.entries(rungs)
    .map(([name, text]) => `${name}\n${text}`)
    .join('\n\n');
}
