import type { Catalog } from '../catalog/catalog.ts';
import type { FunctionRegistry } from '../functions/registry.ts';
import type { UserFunctionRecord } from '../functions/user/function-record.ts';
import { withUserFunctions } from '../functions/user/user-function.ts';
import type { QueryPlan, Step } from './steps.ts';

/**
 * The functions of CREATE FUNCTION that steps call, for their plan: a query goes on with the functions that it was planned with,
 * whatever becomes of them.
 */
export function usedFunctions(root: Step, catalog: Catalog): Pick<QueryPlan, 'functions'> {
  const functions = functionsCalledIn(root, catalog);
  return functions.length === 0 ? {} : { functions };
}

/** The functions of CREATE FUNCTION that a part of a plan calls. */
export function functionsCalledIn(part: unknown, catalog: Catalog): readonly UserFunctionRecord[] {
  if (catalog.functions().length === 0) return [];
  const names = new Set<string>();
  addNames(part, names);
  return catalog.functions().filter(({ name }) => names.has(name));
}

/** The functions of a registry, those of a plan in the place of others of their names. */
export function functionsOf(
  { functions = [] }: Pick<QueryPlan, 'functions'>,
  registry: FunctionRegistry,
): FunctionRegistry {
  return withUserFunctions(registry, functions);
}

interface CallFields {
  readonly kind?: unknown;
  readonly name?: unknown;
  readonly function?: unknown;
}

/** Names of what is called anywhere in a part of a plan: its calls are `{ kind: 'Call', name }` and `{ function }`. */
function addNames(part: unknown, names: Set<string>): void {
  if (typeof part !== 'object' || part === null) return;
  const { kind, name, function: called }: CallFields = part;
  if (kind === 'Call' && typeof name === 'string') names.add(name.toUpperCase());
  if (typeof called === 'string') names.add(called.toUpperCase());
  for (const inner of Object.values(part)) addNames(inner, names);
}

/** Names of functions that a query calls. */
export function calledFunctions({ functions = [] }: Pick<QueryPlan, 'functions'>): readonly string[] {
  return functions.map(({ name }) => name);
}
