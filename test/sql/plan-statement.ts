import type { Statement } from '../../grammar/ast.ts';
import { allAtOnce } from '../../src/base/pieces.ts';
import type { PlanInput } from '../../src/sql/statements/definition.ts';
import { statementPlan } from '../../src/sql/statements/plan-statement.ts';
import type { StatementPlan } from '../../src/sql/statements/statement-plan.ts';

/** Plans a statement in one piece; undefined for one that no plan is made of. */
export function planStatement(input: PlanInput<Statement>): StatementPlan | undefined {
  return allAtOnce(statementPlan(input));
}
