import type { AlterSystem } from '../../../grammar/ast.ts';
import { quoteName } from '../../base/sql-quotes.ts';
import { propertyName } from '../analysis/property-names.ts';
import { refuse } from '../analysis/sql-error.ts';
import { statementMessages } from '../messages/statements.ts';
import { PLAN_VERSION } from '../physical/steps.ts';
import type { PlanBase, PlannedStatement } from './definition.ts';

export interface AlterSystemPlan extends PlanBase {
  readonly kind: 'alterSystem';
  /** The property, as the statement calls it. */
  readonly name: string;
  readonly value: string;
  readonly alteredProperty: string;
}

/**
 * ALTER SYSTEM: the value of a property for all statements and queries of the service that have none of their own. ksqlDB has
 * it where queries share a runtime.
 */
export const alterSystem: PlannedStatement<AlterSystem, AlterSystemPlan> = {
  family: 'planned',
  planKind: 'alterSystem',
  topicNeed: () => 'nothing',
  systemProperty: ({ name, value }) => ({ name, value }),
  plan({ statement: { name, value }, text, queries }) {
    // What was processed under one guarantee cannot go on under another.
    if (propertyName(name) === 'processing.guarantee' && queries.length > 0) {
      throw refuse(statementMessages.guaranteeKept(name, value));
    }
    return { version: PLAN_VERSION, text, kind: 'alterSystem', name, value, alteredProperty: name };
  },
  commandId: ({ name }) => `cluster/${quoteName(name)}/alter`,
  apply: ({ name, value }, catalog) => catalog.withSystemProperty(propertyName(name), value),
  message: ({ name, value }) => `System property ${name} was set to ${value}.`,
};
