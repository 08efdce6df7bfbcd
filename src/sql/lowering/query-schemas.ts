import { SerdeError } from '../../serde/model/serde-error.ts';
import type { RegisteredSchema } from '../../serde/schemas/registered-schema.ts';
import type { SchemaLookup, SerdeSchemas } from '../../serde/schemas/schema-lookup.ts';
import type { WrittenSchema } from '../analysis/written-schemas.ts';

/** What the serdes of a query have of the schema registry, at once. */
export interface QuerySchemas extends SchemaLookup {
  /** A schema as it was registered before the query began. @throws {SerdeError} where it was not. */
  written(schema: WrittenSchema): RegisteredSchema;
}

/** Of a topology that nobody runs. */
const unknown: QuerySchemas = {
  byId: () => undefined,
  written: ({ subject }) => {
    throw new SerdeError(`no schema of ${subject} was registered`);
  },
};

/** For the records of a source. */
export function sourceSchemas({ schemas = unknown }: { readonly schemas?: QuerySchemas }): SerdeSchemas {
  return {
    lookup: schemas,
    written: () => {
      throw new SerdeError('a source is not written');
    },
  };
}

/** For the records of a sink. */
export function sinkSchemas(
  written: WrittenSchema | undefined,
  { schemas = unknown }: { readonly schemas?: QuerySchemas },
): SerdeSchemas {
  return {
    lookup: schemas,
    written: () => {
      if (written === undefined) throw new SerdeError('the plan names no schema of its result');
      return schemas.written(written);
    },
  };
}
