import type { JsonSchemaNode } from './model.ts';

/** What a reference leads to; any other schema itself. */
export function referred(schema: JsonSchemaNode): JsonSchemaNode {
  let found = schema;
  const seen = new Set<JsonSchemaNode>();
  // A reference that leads to itself says nothing.
  while (found.kind === 'reference' && !seen.has(found)) {
    seen.add(found);
    found = found.target();
  }
  return found;
}
