import type { SetProperty } from '../../../grammar/ast.ts';
import type { SessionStatement } from './definition.ts';
import { withProperty } from './session.ts';

/** SET. */
export const setProperty: SessionStatement<SetProperty> = {
  family: 'session',
  topicNeed: () => 'nothing',
  apply: ({ name, value }, session) => withProperty(session, name, value),
};
