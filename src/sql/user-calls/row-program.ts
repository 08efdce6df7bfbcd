import type { AnalysisContext, SessionProperties } from '../analysis/session.ts';
import type { BoundExpression } from '../bound/nodes.ts';
import type { UserFunctionRecord } from '../functions/user/function-record.ts';
import type { RowColumn } from '../logical/nodes.ts';
import { planColumn, planExpression } from '../physical/plan-steps.ts';
import type { PlanColumn, PlanExpression } from '../physical/steps.ts';
import { functionsCalledIn } from '../physical/used-functions.ts';

/** Expressions over rows that call functions of users, as they are sent to the thread that evaluates them. */
export interface RowProgram {
  readonly row: readonly PlanColumn[];
  /** Rows of which it is not true are left out; absent: none are. */
  readonly keep?: PlanExpression;
  readonly columns: readonly PlanExpression[];
  /** Those that are called, as they are now. */
  readonly functions: readonly UserFunctionRecord[];
  readonly properties: SessionProperties;
  /** Whose failures end the statement: those of functions of users, where all other expressions that fail are null, or any. */
  readonly endedBy: 'functions of users' | 'any expression';
}

interface ProgramParts {
  readonly row: readonly RowColumn[];
  readonly keep?: BoundExpression | undefined;
  readonly columns: readonly BoundExpression[];
  readonly endedBy: RowProgram['endedBy'];
}

export function rowProgram(
  { row, keep, columns, endedBy }: ProgramParts,
  { catalog, properties }: AnalysisContext,
): RowProgram {
  const expressions = {
    ...(keep === undefined ? {} : { keep: planExpression(keep) }),
    columns: columns.map(planExpression),
  };
  return {
    row: row.map(planColumn),
    ...expressions,
    functions: functionsCalledIn(expressions, catalog),
    properties,
    endedBy,
  };
}
