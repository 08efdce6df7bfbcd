import { DiagnosticError } from '../../base/errors.ts';
import type { FormatProperties } from '../contract/format.ts';
import type { Nullables } from './message-of-columns.ts';

/** What the property `nullableRepresentation` says. @throws {DiagnosticError} for a word that it does not have. */
export function nullablesOf({ nullableRepresentation: text }: FormatProperties): Nullables {
  if (text === undefined) return 'none';
  switch (text.toUpperCase()) {
    case 'OPTIONAL':
      return 'optional';
    case 'WRAPPER':
      return 'wrapper';
    default:
      throw new DiagnosticError({
        message: `Invalid value ${text} for configuration PROTOBUF_NULLABLE_REPRESENTATION: String must be one of: OPTIONAL, WRAPPER, null`,
      });
  }
}
