import type { QueryStatement as Select } from '../../../grammar/ast.ts';
import { checkSelect } from '../queries/transient-plan.ts';
import type { QueryStatement } from './definition.ts';

/** SELECT: a push query with EMIT, else a pull query. */
export const select: QueryStatement<Select> = {
  family: 'query',
  // A pull query reads the state of a query of this process.
  topicNeed: ({ query }) => (query.emit === undefined ? 'nothing' : 'current'),
  check: ({ statement, context }) => checkSelect(statement.query, context),
  streamed: ({ query }) => ({ of: 'query', query }),
};
