import { DiagnosticError } from '../../base/errors.ts';

/** Thrown for a text that is no schema of its language. The registry answers it with code 42201. */
export class InvalidSchemaError extends DiagnosticError {
  override readonly name = 'InvalidSchemaError';

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super({ message }, options);
  }
}
