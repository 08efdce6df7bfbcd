import { RegistryError, type SchemaRegistryClient } from '../../serde/schemas/registry-client.ts';
import { registrationFailure } from '../analysis/registration-failure.ts';
import type { SchemaRegistration } from '../analysis/written-schemas.ts';

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
    throw registrationFailure(subject, error);
  }
}
