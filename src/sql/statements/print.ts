import type { Print } from '../../../grammar/ast.ts';
import type { QueryStatement } from './definition.ts';

/** PRINT: the records of a topic, which whoever answers it looks for. */
export const print: QueryStatement<Print> = {
  family: 'query',
  topicNeed: () => 'nothing',
  check: () => undefined,
  streamed: (statement) => ({ of: 'topic', print: statement }),
};
