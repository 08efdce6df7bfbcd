import { parseScript } from '../../../grammar/parse.ts';
import { inTurns } from '../../base/pieces.ts';
import type { SchemaRegistryClient } from '../../serde/schemas/registry-client.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { recordedQueryId } from '../physical/query-id.ts';
import type { QueryPlan } from '../physical/steps.ts';
import { definitionOf } from '../statements/index.ts';
import { planOf } from '../statements/plan-statement.ts';
import { roundTrip } from '../statements/plan-versions.ts';
import type { Session } from '../statements/session.ts';
import type { StatementPlan } from '../statements/statement-plan.ts';
import type { PlannedRecord, RecordedText } from './replay-commands.ts';
import { schemasFor } from './schema-needs.ts';

/**
 * Plans a statement that ksqlDB has recorded: its text has all that was decided for it, such as columns and the topic. The
 * query has the id that it had, so that its group and its internal topics are the same. The cluster is not asked whether it
 * would have it: the statement was carried out.
 * @throws {DiagnosticError} for what this release does not do.
 */
export async function planText(
  { text, session, queryId }: RecordedText,
  { catalog, queries }: { readonly catalog: Catalog; readonly queries: readonly QueryPlan[] },
  {
    registry,
    contextOf,
  }: {
    readonly registry: SchemaRegistryClient;
    readonly contextOf: (session: Session, catalog: Catalog) => AnalysisContext;
  },
): Promise<PlannedRecord> {
  const [parsed, ...others] = parseScript(text);
  if (parsed === undefined || others.length > 0) throw new Error('it is not one statement');
  const definition = definitionOf(parsed.statement);
  if (definition.family === 'control') return { kind: 'control', ...definition.action(parsed.statement) };
  if (definition.family !== 'planned') throw new Error('it is no statement that changes a service');
  const statement = definition.asStated?.(parsed.statement) ?? parsed.statement;
  const plain = contextOf(session, catalog);
  const schemas = await schemasFor(statement, plain, { registry });
  const context = { ...plain, schemas };
  const input = { statement, text, context, queryNumber: numberIn(queryId), queries };
  const plan = roundTrip(await inTurns(planOf(definition, input), undefined));
  return { kind: 'plan', plan: withQueryId(plan, queryId), session };
}

function numberIn(queryId: string | undefined): number {
  return Number(/_(\d+)$/.exec(queryId ?? '')?.[1] ?? 0);
}

function withQueryId(plan: StatementPlan, queryId: string | undefined): StatementPlan {
  if (queryId === undefined || !('query' in plan) || plan.query === undefined) return plan;
  return { ...plan, query: { ...plan.query, queryId: recordedQueryId(queryId) } };
}
