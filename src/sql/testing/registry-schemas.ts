import { AssertionFailure } from '../../base/errors.ts';
import { SerdeError } from '../../serde/model/serde-error.ts';
import type { RegisteredSchema } from '../../serde/schemas/registered-schema.ts';
import type { SerdeSchemas } from '../../serde/schemas/schema-lookup.ts';
import type { QuerySchemas } from '../lowering/query-schemas.ts';
import type { MemoryRegistry } from './memory-registry.ts';

/** The schemas that records of a test are read by. */
export function readingSchemas(registry: MemoryRegistry): SerdeSchemas {
  return {
    lookup: { byId: (id) => registry.byIdNow(id) },
    written() {
      throw new AssertionFailure('what is read is not written');
    },
  };
}

/** What a query of a test has of its registry: all of it, at once. */
export function registrySchemas(registry: MemoryRegistry): QuerySchemas {
  const byId = (id: number): RegisteredSchema => {
    const schema = registry.byIdNow(id);
    if (schema === undefined) throw new SerdeError(`Schema ${id} not found`);
    return schema;
  };
  return {
    byId,
    written: (written) =>
      'schema' in written ? registry.registerNow(written.subject, written.schema) : byId(written.id),
  };
}
