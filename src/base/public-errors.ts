/** The errors that every entry of the package exports, since everything in it can throw them. */
export {
  ArgumentError,
  AssertionFailure,
  type Diagnostic,
  DiagnosticError,
  OperationalError,
  type SourceSpan,
} from './errors.ts';
export { ProtocolError } from './protocol-error.ts';
