import type { MemoryRegistry } from '../../serde/schemas/memory-registry.ts';
import { SerdeError } from '../../serde/model/serde-error.ts';
import type { QuerySchemas } from '../lowering/query-schemas.ts';

/** What a query of a test has of its registry: all of it, at once. */
export function registrySchemas(registry: MemoryRegistry): QuerySchemas {
  const byId: QuerySchemas['byId'] = (id) => {
    const schema = registry.byIdNow(id);
    if (schema === undefined) throw new SerdeError(`Schema ${id} not found`);
    return schema;
  };
  return {
    byId,
    written: (written) => {
      if ('schema' in written) return registry.registerNow(written.subject, written.schema);
      const schema = registry.byIdNow(written.id);
      if (schema === undefined) throw new SerdeError(`Schema ${written.id} not found`);
      return schema;
    },
  };
}
