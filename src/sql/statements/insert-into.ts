import { allAtOnce, type InPieces } from '../../base/pieces.ts';
import { quoteName } from '../../base/sql-quotes.ts';
import type { InsertInto } from '../../../grammar/ast.ts';
import { sameType } from '../../serde/model/sql-type.ts';
import { analyzeQuery } from '../analysis/analyze-query.ts';
import { withDecimalLiterals } from '../analysis/decimal-literals.ts';
import { statementMessages } from '../messages/statements.ts';
import { headings } from '../messages/headings.ts';
import { refuse, withPrefix } from '../analysis/sql-error.ts';
import { WithProperties } from '../analysis/with-properties.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { DataSource } from '../catalog/data-source.ts';
import type { ProjectNode } from '../logical/nodes.ts';
import { planQuery } from '../logical/plan-query.ts';
import { optimize } from '../optimizer/optimize.ts';
import { planSteps } from '../physical/plan-steps.ts';
import { PLAN_VERSION, type QueryPlan } from '../physical/steps.ts';
import { usedFunctions } from '../physical/used-functions.ts';
import { sourceNames } from '../queries/transient-plan.ts';
import type { LogicalSchema, SchemaColumn } from '../types/logical-schema.ts';
import { givenQueryId, newQueryId } from './create/query-ids.ts';
import { checkWritable, schemaOfProject, sinkStep } from './create/sink-source.ts';
import type { PlanBase, PlanInput, PlannedStatement } from './definition.ts';

export interface InsertIntoPlan extends PlanBase {
  readonly kind: 'insertInto';
  readonly query: QueryPlan;
}

/** INSERT INTO … SELECT. */
export const insertInto: PlannedStatement<InsertInto, InsertIntoPlan> = {
  family: 'planned',
  planKind: 'insertInto',
  isRepeatable: true,
  topicNeed: () => 'current',
  plan: (input) => allAtOnce(planInPieces(input)),
  planInPieces,
  commandId: ({ query }) => `stream/${quoteName(query.sink ?? '')}/create`,
  apply: (_plan, catalog) => catalog,
  message: ({ query }) => `Created query with ID ${query.queryId}`,
};

function* planInPieces(input: PlanInput<InsertInto>): InPieces<InsertIntoPlan> {
  const { statement, text, context } = input;
  const properties = withPrefix(headings.prepare, () => new WithProperties(statement.properties, 'insert'));
  const target = targetOf(statement, context.catalog);
  checkWritable(target.topic.name, context, statement.nameSpan);
  const query = withDecimalLiterals(analyzeQuery(statement.query, context), target.schema);
  yield;
  if (query.limit !== undefined) throw refuse(statementMessages.limit('INSERT INTO'), statement.query.span);
  const project = planQuery({ query, context, sink: { name: target.name } });
  yield;
  checkKind(statement, target, project);
  const result = schemaOfProject(project);
  if (!isCompatible(result, target.schema)) {
    const refusal = statementMessages.insertSchema(result.toString(), target.schema.toString());
    throw refuse(refusal, statement.query.span);
  }
  return {
    version: PLAN_VERSION,
    text,
    kind: 'insertInto',
    query: yield* queryInto(target, project, { input, properties }),
  };
}

/** The stream that is written. @throws {DiagnosticError} where none can be. */
function targetOf({ target: name, nameSpan }: InsertInto, catalog: Catalog): DataSource {
  const target = catalog.source(name);
  if (target === undefined) {
    throw catalog.unknownSource(name, statementMessages.insertTargetMissing(name).message, nameSpan);
  }
  if (target.kind !== 'STREAM') {
    throw refuse(statementMessages.insertIntoTable(name), nameSpan);
  }
  if (target.isSource) throw refuse(statementMessages.insertIntoSource(target.kind, name), nameSpan);
  if (target.schema.headers.length > 0) {
    throw refuse(statementMessages.insertIntoHeaders(name), nameSpan);
  }
  return target;
}

function* queryInto(
  target: DataSource,
  project: ProjectNode,
  { input, properties }: { readonly input: PlanInput<InsertInto>; readonly properties: WithProperties },
): InPieces<QueryPlan> {
  const optimized = optimize(project, input.context);
  yield;
  const planned = planSteps(optimized, input.context);
  yield;
  const root = sinkStep(target, project, planned);
  return {
    version: PLAN_VERSION,
    queryId: givenQueryId(properties, input) ?? newQueryId({ prefix: 'INSERTQUERY_' }, input),
    purpose: 'insertInto',
    sources: sourceNames(project),
    sink: target.name,
    ...usedFunctions(root, input.context.catalog),
    root,
  };
}

function checkKind({ query }: InsertInto, target: DataSource, { output }: ProjectNode): void {
  if (output === 'STREAM') return;
  throw refuse(statementMessages.insertOfTable(target.name), query.span);
}

/** The key by its types, the values by their names too. */
function isCompatible(result: LogicalSchema, sink: LogicalSchema): boolean {
  const same = (a: readonly SchemaColumn[], b: readonly SchemaColumn[], names: boolean): boolean =>
    a.length === b.length &&
    a.every((column, index) => {
      const other = b[index];
      return (
        other !== undefined && (!names || column.name === other.name) && sameType(column.type, other.type)
      );
    });
  return same(result.key, sink.key, false) && same(result.value, sink.value, true);
}
