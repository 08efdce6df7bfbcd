import type { UndefineVariable } from '../../../grammar/ast.ts';
import type { SessionStatement } from './definition.ts';
import { withVariable } from './session.ts';

/** UNDEFINE. */
export const undefineVariable: SessionStatement<UndefineVariable> = {
  family: 'session',
  topicNeed: () => 'nothing',
  apply: ({ name }, session) => withVariable(session, name, undefined),
  entity: () => undefined,
};
