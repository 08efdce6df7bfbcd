import { allAtOnce, type InPieces } from '../../base/pieces.ts';
import { quoteName } from '../../base/sql-quotes.ts';
import type { CreateSourceAs } from '../../../grammar/ast.ts';
import { formatOf } from '../../serde/formats.ts';
import { analyzeQuery } from '../analysis/analyze-query.ts';
import { statementMessages } from '../messages/statements.ts';
import { headings } from '../messages/headings.ts';
import { refuse, withPrefix } from '../analysis/sql-error.ts';
import { sinkSchemaNeeds } from '../analysis/schema-needs.ts';
import { registrationsOf } from '../analysis/written-schemas.ts';
import { WithProperties } from '../analysis/with-properties.ts';
import { recordOf, sourceOf, type SourceRecord } from '../catalog/source-record.ts';
import type { ProjectNode } from '../logical/nodes.ts';
import { planQuery } from '../logical/plan-query.ts';
import { optimize } from '../optimizer/optimize.ts';
import { planSteps } from '../physical/plan-steps.ts';
import { PLAN_VERSION, type QueryPlan } from '../physical/steps.ts';
import { usedFunctions } from '../physical/used-functions.ts';
import type { TopicRequest } from '../physical/topic-request.ts';
import { sourceNames } from '../queries/transient-plan.ts';
import { checkUpgrade } from './create/check-upgrade.ts';
import { givenQueryId, keptQueryId, newQueryId, replacedQuery } from './create/query-ids.ts';
import { checkReplacement } from './create/replace-source.ts';
import { checkWritable, sinkSource, sinkStep, sinkTopic } from './create/sink-source.ts';
import { checkSourceName } from './create/source-name.ts';
import type { NothingToDo, PlanBase, PlanInput, PlannedStatement } from './definition.ts';
import { nothingToDo } from './nothing-to-do.ts';

export interface CreateAsPlan extends PlanBase {
  readonly kind: 'createAs';
  readonly source: SourceRecord;
  readonly topic: TopicRequest;
  readonly query: QueryPlan;
}

/** CREATE STREAM|TABLE … AS SELECT. */
export const createSourceAs: PlannedStatement<CreateSourceAs, CreateAsPlan> = {
  family: 'planned',
  planKind: 'createAs',
  topicNeed: () => 'current',
  schemaNeeds: sinkSchemaNeeds,
  plan: (input) => allAtOnce(planInPieces(input)),
  planInPieces,
  commandId: ({ source }) => `${source.kind.toLowerCase()}/${quoteName(source.name)}/create`,
  apply: ({ source }, catalog) => catalog.withSource(sourceOf(source)),
  message: ({ query }) => `Created query with ID ${query.queryId}`,
};

function* planInPieces(input: PlanInput<CreateSourceAs>): InPieces<CreateAsPlan | NothingToDo> {
  const { statement, text, context } = input;
  const taken = checkSourceName(statement, context.catalog);
  if (taken !== undefined) return nothingToDo(text, { name: statement.name, message: taken });
  return yield* planCreateAs(input);
}

function* planCreateAs(input: PlanInput<CreateSourceAs>): InPieces<CreateAsPlan> {
  const { statement, text, context } = input;
  const properties = withPrefix(headings.prepare, () => new WithProperties(statement.properties, 'sink'));
  const formats = { KEY_FORMAT: properties.keyFormat(), VALUE_FORMAT: properties.valueFormat() };
  for (const name of ['KEY_FORMAT', 'VALUE_FORMAT'] as const) {
    const format = formats[name];
    if (format !== undefined) properties.at(name, () => formatOf(format));
  }
  const analyzed = analyzeQuery(statement.query, context);
  yield;
  checkNoLimit(statement);
  const sink = { name: statement.name, kind: statement.sourceKind };
  const project = planQuery({ query: analyzed, context, sink });
  yield;
  checkKind(statement, project);
  const optimized = optimize(project, context);
  yield;
  const planned = planSteps(optimized, context);
  yield;
  const source = sinkSource({ statement, text, project, planned, properties, context });
  yield;
  const topic = sinkTopic(source, project, properties, context);
  checkWritable(topic.name, context, statement.span);
  const running = replacedQuery(statement, input);
  const replaced = statement.orReplace ? context.catalog.source(statement.name) : undefined;
  if (replaced !== undefined) checkReplacement(replaced, source);
  const root = sinkStep(source, project, planned);
  const query: QueryPlan = {
    version: PLAN_VERSION,
    queryId: queryIdFor(input, properties, running),
    purpose: 'createAs',
    sources: sourceNames(project),
    sink: source.name,
    ...usedFunctions(root, context.catalog),
    root,
  };
  if (running !== undefined) checkUpgrade(running, query);
  const registrations = registrationsOf(source);
  return {
    version: PLAN_VERSION,
    text,
    kind: 'createAs',
    source: recordOf(source),
    topic,
    ...(registrations.length === 0 ? {} : { registrations }),
    query,
  };
}

/** A replacement takes the id of the query that it replaces, its positions and its state. */
function queryIdFor(
  input: PlanInput<CreateSourceAs>,
  properties: WithProperties,
  running: QueryPlan | undefined,
): QueryPlan['queryId'] {
  if (running !== undefined) return keptQueryId(running, properties);
  const { name, sourceKind } = input.statement;
  const prefix = sourceKind === 'STREAM' ? 'CSAS_' : 'CTAS_';
  return givenQueryId(properties, input) ?? newQueryId({ prefix, name }, input);
}

function checkNoLimit({ query, sourceKind }: CreateSourceAs): void {
  if (query.limit === undefined) return;
  throw refuse(statementMessages.limit(`CREATE ${sourceKind} AS SELECT`), query.span);
}

function checkKind({ sourceKind, span }: CreateSourceAs, { output }: ProjectNode): void {
  if (sourceKind === output) return;
  throw refuse(statementMessages.resultKind(output), span);
}
