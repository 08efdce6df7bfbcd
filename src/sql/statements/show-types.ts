import type { SqlType } from '../../serde/model/sql-type.ts';
import { schemaEntity } from '../entities/field-entity.ts';
import { entityOf } from '../entities/statement-entity.ts';
import type { ShowDefinition } from './show-definition.ts';

type TypesResult = {
  readonly kind: 'types';
  readonly text: string;
  readonly types: ReadonlyMap<string, SqlType>;
};

/** SHOW TYPES. */
export const showTypes: ShowDefinition<TypesResult> = {
  execute: ({ text, context }) => Promise.resolve({ kind: 'types', text, types: context.catalog.types() }),
  entity({ text, types }) {
    const entries = [...types].map(([name, type]) => [name, schemaEntity(type)]);
    return Promise.resolve(entityOf('type_list', text, { types: Object.fromEntries(entries) }));
  },
};
