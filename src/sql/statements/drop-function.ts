import { nearestName } from '../../base/nearest-name.ts';
import { quoteName } from '../../base/sql-quotes.ts';
import type { DropFunction } from '../../../grammar/ast.ts';
import { refuse } from '../analysis/sql-error.ts';
import { near } from '../messages/refusal.ts';
import { userFunctionMessages } from '../messages/user-functions.ts';
import { PLAN_VERSION } from '../physical/steps.ts';
import { calledFunctions } from '../physical/used-functions.ts';
import type { PlanBase, PlannedStatement } from './definition.ts';
import { nothingToDo } from './nothing-to-do.ts';

export interface DropFunctionPlan extends PlanBase {
  readonly kind: 'dropFunction';
  readonly name: string;
}

/** DROP FUNCTION. */
export const dropFunction: PlannedStatement<DropFunction, DropFunctionPlan> = {
  family: 'planned',
  planKind: 'dropFunction',
  topicNeed: () => 'nothing',
  plan({ statement: { name: written, nameSpan, ifExists }, text, context, queries }) {
    const { catalog, functions } = context;
    const name = written.toUpperCase();
    if (catalog.function(name) === undefined) {
      if (functions.find(name) !== undefined) throw refuse(userFunctionMessages.builtIn(name), nameSpan);
      if (ifExists) return nothingToDo(text, { name, message: `Function '${name}' does not exist` });
      const nearest = nearestName(
        name,
        catalog.functions().map((known) => known.name),
      );
      throw refuse({ ...userFunctionMessages.missing(name), ...near(nearest) }, nameSpan);
    }
    const users = queries.filter((query) => calledFunctions(query).includes(name));
    if (users.length > 0) {
      const ids = users.map(({ queryId }) => queryId);
      throw refuse(userFunctionMessages.inUse(name, ids), nameSpan);
    }
    return { version: PLAN_VERSION, text, kind: 'dropFunction', name };
  },
  commandId: ({ name }) => `function/${quoteName(name)}/drop`,
  apply: ({ name }, catalog) => catalog.withoutFunction(name),
  message: ({ name }) => `Dropped function ${name}`,
};
