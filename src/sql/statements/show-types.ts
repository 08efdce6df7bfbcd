import type { SqlType } from '../../serde/model/sql-type.ts';
import type { ShowDefinition } from './show-definition.ts';

type TypesResult = {
  readonly kind: 'types';
  readonly text: string;
  readonly types: ReadonlyMap<string, SqlType>;
};

/** SHOW TYPES. */
export const showTypes: ShowDefinition<TypesResult> = {
  execute: ({ text, context }) => Promise.resolve({ kind: 'types', text, types: context.catalog.types() }),
};
