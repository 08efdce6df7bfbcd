import type { Statement } from '../../../grammar/ast.ts';
import type { RegisteredSchema } from '../../serde/schemas/registered-schema.ts';
import { RegistryError, type SchemaRegistryClient } from '../../serde/schemas/registry-client.ts';
import { OperationalError } from '../../base/errors.ts';
import { noSchemaFacts, type SchemaFacts } from '../analysis/schema-facts.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { definitionOf } from '../statements/index.ts';

/**
 * Asks the schema registry what a statement must know of it.
 * @param pending schemas that statements before it will have registered.
 */
export async function schemasFor(
  statement: Statement,
  context: Pick<AnalysisContext, 'properties'>,
  options: {
    readonly registry: SchemaRegistryClient;
    readonly pending?: ReadonlyMap<string, RegisteredSchema>;
  },
): Promise<SchemaFacts> {
  const definition = definitionOf(statement);
  const needs =
    definition.family === 'planned' ? definition.schemaNeeds?.(statement, context.properties) : undefined;
  if (needs === undefined || needs.subjects.length + needs.ids.length === 0) return noSchemaFacts;
  const { subjects, ids } = needs;
  const { registry, pending = new Map<string, RegisteredSchema>() } = options;
  try {
    return {
      subjects: await found(subjects, async (subject) => pending.get(subject) ?? registry.latest(subject)),
      ids: await found(ids, (id) => registry.byId(id)),
    };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw new OperationalError('SCHEMA_REGISTRY', `the schema registry does not answer: ${error.message}`, {
      retriable: error.retriable,
      cause: error,
    });
  }
}

async function found<K>(
  names: readonly K[],
  ask: (name: K) => Promise<RegisteredSchema | undefined>,
): Promise<ReadonlyMap<K, RegisteredSchema | undefined>> {
  return new Map(await Promise.all(names.map(async (name) => [name, await ask(name)] as const)));
}
