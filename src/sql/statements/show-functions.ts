import { functionNames } from '../entities/function-entities.ts';
import { entityOf } from '../entities/statement-entity.ts';
import type { SqlFunction } from '../functions/definition.ts';
import type { ShowDefinition } from './show-definition.ts';

type FunctionsResult = {
  readonly kind: 'functions';
  readonly text: string;
  readonly functions: readonly SqlFunction[];
};

/** SHOW FUNCTIONS. */
export const showFunctions: ShowDefinition<FunctionsResult> = {
  execute: ({ text, context }) =>
    Promise.resolve({ kind: 'functions', text, functions: context.functions.list() }),
  entity: ({ text, functions }) =>
    Promise.resolve(entityOf('function_names', text, { functions: functionNames(functions) })),
};
