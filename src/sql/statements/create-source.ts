import { quoteName } from '../../base/sql-quotes.ts';
import type { CreateSource } from '../../../grammar/ast.ts';
import { analyzeCreateSource } from '../analysis/create-source.ts';
import { sourceSchemaNeeds } from '../analysis/schema-needs.ts';
import { registrationsOf } from '../analysis/written-schemas.ts';
import { sourceMessages } from '../messages/sources.ts';
import { refuse } from '../analysis/sql-error.ts';
import type { DataSource } from '../catalog/data-source.ts';
import { recordOf, sourceOf, type SourceRecord } from '../catalog/source-record.ts';
import { sourceNode } from '../logical/source-node.ts';
import { planSteps } from '../physical/plan-steps.ts';
import { PLAN_VERSION, type QueryPlan } from '../physical/steps.ts';
import { cleanupOf, type TopicRequest } from '../physical/topic-request.ts';
import { newQueryId } from './create/query-ids.ts';
import { checkReplacement } from './create/replace-source.ts';
import { checkSourceName } from './create/source-name.ts';
import type { NothingToDo, PlanBase, PlanInput, PlannedStatement } from './definition.ts';
import { nothingToDo } from './nothing-to-do.ts';

export interface CreateSourcePlan extends PlanBase {
  readonly kind: 'createSource';
  readonly source: SourceRecord;
  readonly topic: TopicRequest;
  /** Of a CREATE SOURCE TABLE: the query that keeps its rows. */
  readonly query?: QueryPlan;
}

/** CREATE STREAM|TABLE over a topic. */
export const createSource: PlannedStatement<CreateSource, CreateSourcePlan> = {
  family: 'planned',
  planKind: 'createSource',
  topicNeed: () => 'current',
  schemaNeeds: sourceSchemaNeeds,
  asStated: withoutInferred,
  plan(input) {
    const { statement, text, context } = input;
    const taken = checkSourceName(statement, context.catalog);
    if (taken !== undefined) return nothingToDo(text, { name: statement.name, message: taken });
    return planCreateSource(input);
  },
  /** A source's topic must be there, or the statement must say how to make it: a mistyped name makes no topic. */
  checkTopics({ topic: { name, partitions }, source }, topics) {
    if (partitions !== undefined || topics.has(name)) return;
    throw refuse(sourceMessages.topicMissing({ topic: name, kind: source.kind, name: source.name }));
  },
  commandId: ({ source }) => `${source.kind.toLowerCase()}/${quoteName(source.name)}/create`,
  apply: ({ source }, catalog) => catalog.withSource(sourceOf(source)),
  message: ({ source }) => (source.kind === 'STREAM' ? 'Stream created' : 'Table created'),
};

/** ksqlDB writes the columns of a schema that a statement names by its id into the statement. */
function withoutInferred(statement: CreateSource): CreateSource {
  const named = new Set(statement.properties.map(({ name }) => name));
  const isInferred = ({ constraint }: CreateSource['columns'][number]): boolean => {
    if (constraint === undefined) return named.has('VALUE_SCHEMA_ID');
    return constraint.kind !== 'Headers' && named.has('KEY_SCHEMA_ID');
  };
  return { ...statement, columns: statement.columns.filter((column) => !isInferred(column)) };
}

function planCreateSource(input: PlanInput<CreateSource>): CreateSourcePlan | NothingToDo {
  const { statement, text, context } = input;
  const { source, ...wanted } = analyzeCreateSource(statement, text, context);
  const replaced = statement.orReplace ? context.catalog.source(statement.name) : undefined;
  if (replaced !== undefined) checkReplacement(replaced, source);
  const { name, keyFormat } = source.topic;
  const topic = { name, ...cleanupOf(source.kind, keyFormat.window !== undefined), ...wanted };
  const registrations = registrationsOf(source, { ifAbsent: true });
  const plan = {
    version: PLAN_VERSION,
    text,
    kind: 'createSource',
    source: recordOf(source),
    topic,
    ...(registrations.length === 0 ? {} : { registrations }),
  } as const;
  if (!source.isSource || source.kind === 'STREAM') return plan;
  return { ...plan, query: sourceTableQuery(source, input) };
}

/** CREATE SOURCE TABLE runs a query without a result: the store that it fills is what pull queries read. */
function sourceTableQuery(source: DataSource, input: PlanInput<CreateSource>): QueryPlan {
  const bound = { alias: source.name, source, span: input.statement.span };
  const { step } = planSteps(sourceNode(bound, 'KsqlTopic'), input.context);
  return {
    version: PLAN_VERSION,
    queryId: newQueryId({ prefix: 'CST_', name: source.name }, input),
    purpose: 'sourceTable',
    sources: [source.name],
    root: step,
  };
}
