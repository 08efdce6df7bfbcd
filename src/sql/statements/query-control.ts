import { quoteName } from '../../base/sql-quotes.ts';
import type { QueryControl } from '../../../grammar/ast.ts';
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
  check({ statement: { queryId }, queries, running }) {
    // A query that the script itself starts may be given another number when it runs.
    const isScriptStarting = queries.some((query) => !running.has(query.queryId));
    if (queryId !== undefined && !isScriptStarting) running.require(queryId);
  },
  action: ({ action, queryId }) => ({ action, ...(queryId === undefined ? {} : { queryId }) }),
  commandId: ({ action, queryId = 'ALL' }) => `${action.toLowerCase()}/${quoteName(queryId)}/execute`,
  plansAfter({ action, queryId }, plans) {
    if (action !== 'TERMINATE') return plans;
    return queryId === undefined ? [] : plans.filter((plan) => plan.queryId !== queryId);
  },
  message: ({ action }) => MESSAGES[action],
};
