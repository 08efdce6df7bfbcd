import { quoteName } from '../../base/sql-quotes.ts';
import type { DropType } from '../../../grammar/ast.ts';
import { statementMessages } from '../messages/statements.ts';
import { PLAN_VERSION } from '../physical/steps.ts';
import type { PlanBase, PlannedStatement } from './definition.ts';
import { nothingToDo } from './nothing-to-do.ts';

export interface DropTypePlan extends PlanBase {
  readonly kind: 'dropType';
  readonly name: string;
}

const dropId = (name: string): string => `type/${quoteName(name)}/drop`;

/** DROP TYPE. */
export const dropType: PlannedStatement<DropType, DropTypePlan> = {
  family: 'planned',
  planKind: 'dropType',
  topicNeed: () => 'nothing',
  plan({ statement: { name, nameSpan, ifExists }, text, context: { catalog } }) {
    if (catalog.type(name) === undefined) {
      if (ifExists)
        return nothingToDo(text, { name, message: `Type '${name}' does not exist`, commandId: dropId(name) });
      throw catalog.unknownType(name, statementMessages.typeMissing(name).message, nameSpan);
    }
    return { version: PLAN_VERSION, text, kind: 'dropType', name };
  },
  commandId: ({ name }) => dropId(name),
  apply: ({ name }, catalog) => catalog.withoutType(name),
  message: ({ name }) => `Dropped type '${name}'`,
};
