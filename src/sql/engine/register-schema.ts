import { OperationalError } from '../../base/errors.ts';
import { RegistryError, type SchemaRegistryClient } from '../../serde/schemas/registry-client.ts';
import { refuse } from '../analysis/sql-error.ts';
import type { SchemaRegistration } from '../analysis/written-schemas.ts';
import { schemaMessages } from '../messages/schemas.ts';

/**
 * Registers a schema that a plan needs.
 * @throws {DiagnosticError} where the registry refuses it; {OperationalError} where it does not answer.
 */
export async function registerSchema(
  { subject, schema, ifAbsent }: SchemaRegistration,
  registry: SchemaRegistryClient,
): Promise<void> {
  try {
    if (ifAbsent === true && (await registry.latest(subject)) !== undefined) return;
    await registry.register(subject, schema);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    const topic = subject.replace(/-(?:key|value)$/, '');
    const { message } = schemaMessages.notRegistered(topic, error.message);
    if (error.retriable)
      throw new OperationalError('SCHEMA_REGISTRY', message, { retriable: true, cause: error });
    throw refuse({ message });
  }
}
