import { quoteName } from '../../base/sql-quotes.ts';
import type { CreateType } from '../../../grammar/ast.ts';
import { printType } from '../../serde/model/sql-type.ts';
import { statementMessages } from '../messages/statements.ts';
import { headings } from '../messages/headings.ts';
import { refuse, withPrefix } from '../analysis/sql-error.ts';
import { readType } from '../types/read-type.ts';
import { PLAN_VERSION } from '../physical/steps.ts';
import { typeFromSyntax } from '../types/from-syntax.ts';
import type { PlanBase, PlannedStatement } from './definition.ts';
import { nothingToDo } from './nothing-to-do.ts';

export interface CreateTypePlan extends PlanBase {
  readonly kind: 'createType';
  readonly name: string;
  readonly type: string;
}

/** CREATE TYPE. */
export const createType: PlannedStatement<CreateType, CreateTypePlan> = {
  family: 'planned',
  planKind: 'createType',
  topicNeed: () => 'nothing',
  plan({ statement: { name, type, ifNotExists }, text, context: { catalog } }) {
    const existing = catalog.type(name);
    if (existing !== undefined) {
      if (ifNotExists) return nothingToDo(text, { name, message: `${name} is already registered` });
      throw refuse(statementMessages.typeTaken(name, existing));
    }
    const resolved = withPrefix(headings.prepare, () => typeFromSyntax(type, (known) => catalog.type(known)));
    return { version: PLAN_VERSION, text, kind: 'createType', name, type: printType(resolved) };
  },
  commandId: ({ name }) => `type/${quoteName(name)}/create`,
  apply: ({ name, type }, catalog) => catalog.withType(name, readType(type)),
  message: ({ name, type }) => `Registered custom type with name '${name}' and SQL type ${type}`,
};
