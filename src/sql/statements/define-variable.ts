import type { DefineVariable } from '../../../grammar/ast.ts';
import type { SessionStatement } from './definition.ts';
import { withVariable } from './session.ts';

/** DEFINE. */
export const defineVariable: SessionStatement<DefineVariable> = {
  family: 'session',
  topicNeed: () => 'nothing',
  apply: ({ name, value }, session) => withVariable(session, name, value),
  entity: () => undefined,
};
