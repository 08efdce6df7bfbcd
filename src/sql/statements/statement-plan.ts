import type { AlterSourcePlan } from './alter-source.ts';
import type { AlterSystemPlan } from './alter-system.ts';
import type { CreateAsPlan } from './create-source-as.ts';
import type { CreateFunctionPlan } from './create-function.ts';
import type { CreateSourcePlan } from './create-source.ts';
import type { CreateTypePlan } from './create-type.ts';
import type { NothingToDo } from './definition.ts';
import type { DropFunctionPlan } from './drop-function.ts';
import type { DropSourcePlan } from './drop-source.ts';
import type { DropTypePlan } from './drop-type.ts';
import type { InsertIntoPlan } from './insert-into.ts';

/**
 * What a statement does to the catalog and to the running queries, as JSON: planning is done once, and what was planned
 * is executed, recorded, and replayed. `text` is the statement as written.
 */
export type StatementPlan =
  | NothingToDo
  | CreateSourcePlan
  | CreateAsPlan
  | InsertIntoPlan
  | DropSourcePlan
  | CreateTypePlan
  | DropTypePlan
  | CreateFunctionPlan
  | DropFunctionPlan
  | AlterSourcePlan
  | AlterSystemPlan;
