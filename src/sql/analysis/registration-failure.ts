import { type DiagnosticError, OperationalError } from '../../base/errors.ts';
import type { RegistryError } from '../../serde/schemas/registry-client.ts';
import { schemaMessages } from '../messages/schemas.ts';
import { refuse } from './sql-error.ts';

/** What is thrown where the registry did not register a schema: a refusal, or that it did not answer. */
export function registrationFailure(
  subject: string,
  error: RegistryError,
): DiagnosticError | OperationalError {
  const refusal = schemaMessages.notRegistered(subject.replace(/-(?:key|value)$/, ''), error.message);
  if (!error.retriable) return refuse(refusal);
  return new OperationalError('SCHEMA_REGISTRY', refusal.message, { retriable: true, cause: error });
}
