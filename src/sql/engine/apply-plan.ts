import type { Catalog } from '../catalog/catalog.ts';
import { typeOfText } from '../lowering/row-serdes.ts';
import { sourceOf, type StatementPlan } from './statement-plan.ts';

/** The catalog after a statement. */
export function applyPlan(catalog: Catalog, plan: StatementPlan): Catalog {
  switch (plan.kind) {
    case 'createSource':
    case 'createAs':
    case 'alterSource':
      return catalog.withSource(sourceOf(plan.source));
    case 'dropSource':
      return catalog.withoutSource(plan.name);
    case 'createType':
      return catalog.withType(plan.name, typeOfText(plan.type));
    case 'dropType':
      return catalog.withoutType(plan.name);
    case 'insertInto':
    case 'none':
      return catalog;
  }
}
