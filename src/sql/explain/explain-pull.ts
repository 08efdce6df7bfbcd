import type { Query } from '../../../grammar/ast.ts';
import { formatExpression } from '../../../grammar/printer/expressions.ts';
import type { InPieces } from '../../base/pieces.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { refuse } from '../analysis/sql-error.ts';
import type { Explanation } from '../entities/descriptions.ts';
import { pullMessages } from '../messages/pull-queries.ts';
import { planPull, type PullPlan } from '../queries/pull-query.ts';
import type { Access } from '../queries/pull-where.ts';
import { logicalRungsOf } from './logical-rungs.ts';

/** The id of the query that keeps the rows of a table; undefined where none of this process does. */
export type KeeperOf = (table: string) => string | undefined;

/**
 * What a pull query over a table does: no topology, but a look into the state of the query that keeps the table.
 * @throws {DiagnosticError} where it cannot be run, such as for a table that no query keeps.
 */
export function* explainPull(
  query: Query,
  context: AnalysisContext,
  keeperOf: KeeperOf,
): InPieces<Explanation> {
  const plan = planPull(query, context);
  const { name } = plan.source;
  const keeper = keeperOf(name);
  if (keeper === undefined) throw refuse(pullMessages.notQueryable(name), query.from.source.nameSpan);
  return {
    text: '',
    kind: 'PULL',
    columns: plan.columns,
    sources: [name],
    ...(yield* logicalRungsOf(query, context)),
    physicalPlan: printPullPlan(query, plan, keeper),
    topology: '',
  };
}

/** In the form of the other physical plans: a step per line, what it reads below. */
function printPullPlan(
  { where, limit }: Query,
  { columns, source, access }: PullPlan,
  keeper: string,
): string {
  const steps = [
    ...(limit === undefined ? [] : [`limit ${limit}`]),
    `project ${columns.map((column) => column.name).join(', ')}`,
    ...(where === undefined ? [] : [`filter ${formatExpression(where)}`]),
    `${accessText(access)} of ${source.name}, in the state of ${keeper}`,
  ];
  return steps.map((step, depth) => `${'  '.repeat(depth)}> ${step}`).join('\n');
}

/** Named as ksqlDB names its kinds of pull queries. */
function accessText(access: Access): string {
  if (access.kind === 'lookup') {
    const count = access.lookups.length;
    return `key lookup (${count} ${count === 1 ? 'key' : 'keys'})`;
  }
  return access.keys === undefined ? 'table scan (all rows are read)' : 'range scan';
}
