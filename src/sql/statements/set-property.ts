import type { SetProperty } from '../../../grammar/ast.ts';
import { warningEntity } from '../entities/statement-entity.ts';
import type { SessionStatement } from './definition.ts';
import { withProperty } from './session.ts';

/** SET. */
export const setProperty: SessionStatement<SetProperty> = {
  family: 'session',
  topicNeed: () => 'nothing',
  property: ({ name, value }) => ({ name, value }),
  apply: ({ name, value }, session) => withProperty(session, name, value),
  entity({ name }, text, facts) {
    const warning = facts.propertyWarning(name);
    return warning === undefined ? undefined : warningEntity(text, warning);
  },
};
