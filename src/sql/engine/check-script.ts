import type { ParsedStatement } from '../../../grammar/parse.ts';
import { unreachable } from '../../base/assert.ts';
import type { AnalysisContext, TopicFacts } from '../analysis/session.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { QueryPlan } from '../physical/steps.ts';
import type { RunningQueries } from '../statements/definition.ts';
import { definitionOf } from '../statements/index.ts';
import { applyPlan } from '../statements/plan-kinds.ts';
import type { PreparedStatement } from '../statements/prepared-statement.ts';
import type { Session } from '../statements/session.ts';
import type { StatementPlan } from '../statements/statement-plan.ts';
import { placed } from './statement-place.ts';

/** What a script is checked against. */
interface ScriptStart {
  readonly session: Session;
  readonly topics: ReadonlyMap<string, TopicFacts>;
  readonly catalog: Catalog;
  readonly queries: readonly QueryPlan[];
  /** The number of the next query. */
  readonly queryNumber: number;
}

interface ScriptOptions {
  readonly running: RunningQueries;
  contextOf(session: Session, topics: ReadonlyMap<string, TopicFacts>, catalog: Catalog): AnalysisContext;
}

/**
 * Checks the statements of a script one after the other, each against what those before it will have left.
 * @throws {DiagnosticError} for the first one that is wrong.
 */
export function checkScript(
  parsed: readonly ParsedStatement[],
  start: ScriptStart,
  options: ScriptOptions,
): readonly PreparedStatement[] {
  const topics = new Map(start.topics);
  let { session, catalog, queries, queryNumber } = start;
  return parsed.map(({ statement, text }) => {
    const prepared = { statement, text, session };
    const context = options.contextOf(session, topics, catalog);
    const definition = definitionOf(statement);
    switch (definition.family) {
      case 'planned': {
        const plan = placed(statement, () => {
          const made = definition.plan({ statement, text, context, queryNumber, queries });
          if (made.kind !== 'none') definition.checkTopics?.(made, topics);
          return made;
        });
        catalog = applyPlan(catalog, plan);
        queries = queriesAfter(queries, plan);
        if (plan.query !== undefined) queryNumber++;
        rememberTopic(plan, topics);
        break;
      }
      case 'session':
        session = definition.apply(statement, session);
        break;
      case 'control':
      case 'query':
      case 'direct':
        placed(statement, () => definition.check({ statement, context, queries, running: options.running }));
        break;
      default:
        unreachable(definition);
    }
    return prepared;
  });
}

/** The queries that run after a statement. */
function queriesAfter(
  queries: readonly QueryPlan[],
  { query, terminate }: StatementPlan,
): readonly QueryPlan[] {
  const gone = new Set<string>(terminate);
  if (query !== undefined) gone.add(query.queryId);
  const kept = queries.filter(({ queryId }) => !gone.has(queryId));
  return query === undefined ? kept : [...kept, query];
}

/** Topics that a script will have made count as there for what follows. */
function rememberTopic({ topic }: StatementPlan, topics: Map<string, TopicFacts>): void {
  if (topic === undefined || topics.has(topic.name)) return;
  const { name, partitions = 1, replicas = 1 } = topic;
  topics.set(name, { partitions, replicas });
}
