import type { UnsetProperty } from '../../../grammar/ast.ts';
import type { SessionStatement } from './definition.ts';
import { withProperty } from './session.ts';

/** UNSET. */
export const unsetProperty: SessionStatement<UnsetProperty> = {
  family: 'session',
  topicNeed: () => 'nothing',
  property: ({ name }) => ({ name }),
  apply: ({ name }, session) => withProperty(session, name, undefined),
  entity: () => undefined,
};
