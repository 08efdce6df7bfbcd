import type { Explain, Query, Statement } from '../../../grammar/ast.ts';
import { parseScript } from '../../../grammar/parse.ts';
import { DiagnosticError } from '../../base/errors.ts';
import { type InPieces, inTurns } from '../../base/pieces.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { statementMessages } from '../messages/statements.ts';
import { refuse } from '../analysis/sql-error.ts';
import type { Explanation } from '../entities/descriptions.ts';
import { explanationEntity } from '../entities/query-entities.ts';
import { entityOf } from '../entities/statement-entity.ts';
import { printPhysicalPlan } from '../explain/print-plan.ts';
import { type LogicalRungs, logicalRungsOf } from '../explain/logical-rungs.ts';
import { queryTopology } from '../lowering/query-topology.ts';
import { explainPull, type KeeperOf } from '../explain/explain-pull.ts';
import { isOverStream } from '../queries/pull-clauses.ts';
import { parseQueryId } from '../physical/query-id.ts';
import type { QueryPlan } from '../physical/steps.ts';
import { columnsOf, writtenColumnsOf } from '../queries/push-rows.ts';
import { checkSelect, checkTransientQuery, transientPlan } from '../queries/transient-plan.ts';
import type { DirectStatement, ExecuteInput } from './definition.ts';

type ExplainResult = {
  readonly kind: 'explain';
  readonly text: string;
  readonly explanation: Explanation;
};

/** EXPLAIN of a statement, or of a query that runs. */
export const explain: DirectStatement<Explain, ExplainResult> = {
  family: 'direct',
  topicNeed: () => 'known',
  *check({ statement: { statement }, context }) {
    const query = statement === undefined ? undefined : queryOf(statement);
    if (query === undefined) return;
    if (statement?.kind === 'QueryStatement') yield* checkSelect(query, context);
    else yield* checkTransientQuery(query, context);
  },
  async execute(input) {
    const { queryId } = input.statement;
    const keeperOf: KeeperOf = (table) => input.running.keeperOf(table)?.running.plan.queryId;
    const explanation =
      queryId === undefined
        ? await inTurns(explainStatement({ ...input, keeperOf }), input.slice)
        : await inTurns(explainRunning(queryId, input), input.slice);
    return { kind: 'explain', text: input.text, explanation };
  },
  async entity({ text, explanation }) {
    return entityOf('queryDescription', text, {
      queryDescription: await explanationEntity(explanation, text),
    });
  },
};

/** The SELECT of a statement that has one. */
function queryOf(statement: Statement): Query | undefined {
  return 'query' in statement ? statement.query : undefined;
}

type PlanningInput = Pick<ExecuteInput<Explain>, 'statement' | 'context' | 'planQuery'> & {
  readonly keeperOf: KeeperOf;
};

/** What a query would run as. @throws {DiagnosticError} for a statement without a query. */
function* explainStatement(input: PlanningInput): InPieces<Explanation> {
  const { context } = input;
  const { statement, span } = input.statement;
  const query = statement === undefined ? undefined : queryOf(statement);
  if (statement === undefined || query === undefined) {
    throw refuse(statementMessages.explainOther(), span);
  }
  const isTransient = statement.kind === 'QueryStatement';
  const isPull = isTransient && query.emit === undefined;
  if (isPull && !isOverStream(query, context)) return yield* explainPull(query, context, input.keeperOf);
  const plan = isTransient
    ? yield* transientPlan(query, parseQueryId('EXPLAIN'), context)
    : yield* persistentPlan(statement, input);
  yield;
  const rungs = yield* logicalRungsOf(query, context);
  yield;
  const physicalPlan = printPhysicalPlan(plan.root);
  yield;
  return {
    text: '',
    kind: kindOf({ isTransient, isPull }),
    columns: isTransient ? columnsOf(plan.root) : writtenColumnsOf(plan.root),
    ...endsOf(plan),
    ...rungs,
    physicalPlan,
    topology: queryTopology(plan, { analysis: context }).describe(),
  };
}

/** A pull query over a stream is run as a push query is, and ends where the topic ends. */
function kindOf(query: { readonly isTransient: boolean; readonly isPull: boolean }): Explanation['kind'] {
  if (query.isPull) return 'PULL';
  return query.isTransient ? 'PUSH' : 'PERSISTENT';
}

/** What a query reads, and what it writes. */
function endsOf({ sources, sink }: QueryPlan): Pick<Explanation, 'sources' | 'sink'> {
  return { sources, ...(sink === undefined ? {} : { sink }) };
}

function* persistentPlan(statement: Statement, input: PlanningInput): InPieces<QueryPlan> {
  const plan = yield* input.planQuery(statement);
  if (plan !== undefined) return plan;
  throw refuse(statementMessages.explainNothing(), statement.span);
}

function* explainRunning(
  queryId: string,
  { running: queries, serverContext }: ExecuteInput<Explain>,
): InPieces<Explanation> {
  const query = queries.require(queryId, statementMessages.explainMissing);
  const { running, text } = query;
  const rungs = yield* plannedRungs(text, serverContext);
  yield;
  return {
    text,
    query: queries.describe(query),
    kind: 'PERSISTENT',
    columns: writtenColumnsOf(running.plan.root),
    ...endsOf(running.plan),
    ...rungs,
    physicalPlan: printPhysicalPlan(running.plan.root),
    topology: running.describeTopology(),
  };
}

/**
 * The logical plan of the query in a text. It is made anew, since only the physical plan is recorded: what the statement
 * named may have gone or changed since, and then the rungs say so instead.
 */
function* plannedRungs(text: string, context: AnalysisContext): InPieces<LogicalRungs> {
  try {
    for (const { statement } of parseScript(text)) {
      const query = queryOf(statement);
      if (query !== undefined) return yield* logicalRungsOf(query, context);
    }
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    const why = `not recorded, and the statement cannot be planned any more: ${error.message}`;
    return { syntaxTree: why, logicalPlan: why, boundPlan: why };
  }
  return { syntaxTree: '', logicalPlan: '', boundPlan: '' };
}
