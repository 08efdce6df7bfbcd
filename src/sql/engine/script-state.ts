import type { TopicFacts } from '../analysis/session.ts';
import { sqlError } from '../analysis/sql-error.ts';
import type { QueryPlan } from '../physical/steps.ts';
import type { StatementPlan } from './statement-plan.ts';

/** The queries that run after a statement. */
export function queriesAfter(queries: readonly QueryPlan[], plan: StatementPlan): readonly QueryPlan[] {
  if (plan.kind === 'dropSource') return queries.filter(({ queryId }) => !plan.terminate.includes(queryId));
  const query = 'query' in plan ? plan.query : undefined;
  return query === undefined
    ? queries
    : [...queries.filter(({ queryId }) => queryId !== query.queryId), query];
}

/** A source's topic must be there, or the statement must say how to make it: a mistyped name makes no topic. */
export function requireTopic(plan: StatementPlan, topics: ReadonlyMap<string, TopicFacts>): void {
  if (plan.kind !== 'createSource') return;
  const { name, partitions } = plan.topic;
  if (partitions !== undefined || topics.has(name)) return;
  throw sqlError(
    `Topic '${name}' does not exist. If you want to create a new topic for the stream/table please re-run the statement ` +
      "providing the required 'PARTITIONS' configuration in the WITH clause (and optionally 'REPLICAS'). " +
      `For example: CREATE ${plan.source.kind} ${plan.source.name} ... WITH (KAFKA_TOPIC='${name}', PARTITIONS=3);`,
    { hint: 'SHOW TOPICS; lists the topics that exist' },
  );
}

/** Topics that a script will have made count as there for what follows. */
export function rememberTopic(plan: StatementPlan, topics: Map<string, TopicFacts>): void {
  if (plan.kind !== 'createSource' && plan.kind !== 'createAs') return;
  const { name, partitions, replicas } = plan.topic;
  if (!topics.has(name)) topics.set(name, { partitions: partitions ?? 1, replicas: replicas ?? 1 });
}
