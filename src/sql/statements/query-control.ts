import { quoteName } from '../../base/sql-quotes.ts';
import type { QueryControl } from '../../../grammar/ast.ts';
import { refuse } from '../analysis/sql-error.ts';
import { statementMessages } from '../messages/statements.ts';
import type { ControlStatement } from './definition.ts';

const MESSAGES = {
  TERMINATE: 'Query terminated.',
  PAUSE: 'Query paused.',
  RESUME: 'Query resumed.',
} as const;

/** TERMINATE, PAUSE, RESUME. */
export const queryControl: ControlStatement<QueryControl> = {
  family: 'control',
  topicNeed: () => 'nothing',
  check({ statement: { action, queryId, span }, queries, running }) {
    // A query that the script itself starts may be given another number when it runs.
    const isScriptStarting = queries.some((query) => !running.has(query.queryId));
    if (queryId === undefined || isScriptStarting) return;
    // Those are ended, and nothing else; a persistent query may have been given such an id.
    if (action === 'TERMINATE' && isPushQueryId(queryId) && !running.has(queryId)) return;
    const { plan } = running.require(queryId).running;
    if (plan.purpose === 'sourceTable') throw refuse(statementMessages.linkedQuery(action, queryId), span);
  },
  action: ({ action, queryId }) => ({ action, ...(queryId === undefined ? {} : { queryId }) }),
  commandId: ({ action, queryId = 'ALL' }) => `${action.toLowerCase()}/${quoteName(queryId)}/execute`,
  plansAfter({ action, queryId }, plans) {
    if (action !== 'TERMINATE') return plans;
    return queryId === undefined ? [] : plans.filter((plan) => plan.queryId !== queryId);
  },
  message: ({ action }) => MESSAGES[action],
};

/** Whether an id is one of a push query, whatever its case: those are nobody's but the server's that runs them. */
export function isPushQueryId(queryId: string): boolean {
  return /^(transient|scalable_push_query)_/i.test(queryId);
}
