import { renderDiagnostic } from '../../../grammar/index.ts';
import { DiagnosticError, messageOf, OperationalError } from '../../base/errors.ts';

/** ksqlDB's error codes: the HTTP status times a hundred, and a number within it. */
export const RestErrorCode = {
  BAD_REQUEST: 40_000,
  BAD_STATEMENT: 40_001,
  WRONG_ENDPOINT: 40_002,
  TOO_MANY_PUSH_QUERIES: 40_003,
  INTERNAL_ONLY: 40_005,
  UNAUTHORIZED: 40_100,
  FORBIDDEN: 40_300,
  NOT_FOUND: 40_400,
  NOT_ACCEPTABLE: 40_600,
  UNSUPPORTED_MEDIA_TYPE: 41_500,
  ASSERTION_FAILED: 41_700,
  MISDIRECTED: 42_100,
  UPGRADE_REQUIRED: 42_600,
  METHOD_NOT_ALLOWED: 40_500,
  TOO_MANY_REQUESTS: 42_900,
  SERVER_ERROR: 50_000,
  COMMAND_CATCH_UP: 50_301,
  NOT_READY: 50_302,
  SHUTTING_DOWN: 50_303,
  SHUT_DOWN: 50_304,
} as const;

/** So much of a text is given back to whoever has sent it; statements that are written by hand are shorter. */
const TEXT_CHARS_MAX = 10_000;

/** A text as an error shows it: of a long one its beginning. */
function shortened(text: string): string {
  if (text.length <= TEXT_CHARS_MAX) return text;
  return `${text.slice(0, TEXT_CHARS_MAX)}… (${text.length} characters in all)`;
}

/** A refusal, as the REST API puts it. */
export class RestError extends Error {
  override readonly name = 'RestError';
  readonly errorCode: number;
  readonly statementText: string | undefined;
  /** What the statements before the refused one answered. */
  readonly entities: readonly unknown[];

  constructor(
    errorCode: number,
    message: string,
    options: {
      readonly statementText?: string | undefined;
      readonly entities?: readonly unknown[];
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.errorCode = errorCode;
    this.statementText = options.statementText;
    this.entities = options.entities ?? [];
  }

  get status(): number {
    return Math.floor(this.errorCode / 100);
  }

  /** The error's body: `statement_error` where a statement is to blame, else `generic_error`. */
  toBody(): Readonly<Record<string, unknown>> {
    const common = { error_code: this.errorCode, message: shortened(this.message) };
    if (this.statementText === undefined) return { '@type': 'generic_error', ...common };
    return {
      '@type': 'statement_error',
      ...common,
      statementText: shortened(this.statementText),
      entities: this.entities,
    };
  }
}

/**
 * What to answer for whatever a handler threw: a user's mistake is a 400, an outage a 503, the rest a 500.
 * @param script in which the place of a mistake is counted.
 */
export function toRestError(error: unknown, statementText?: string, script?: string): RestError {
  if (error instanceof RestError) return error;
  if (error instanceof DiagnosticError) {
    const code = statementText === undefined ? RestErrorCode.BAD_REQUEST : RestErrorCode.BAD_STATEMENT;
    const text = script === undefined ? textWithoutPlace(error) : textInScript(error, script);
    return new RestError(code, text, { statementText, cause: error });
  }
  if (error instanceof OperationalError && error.retriable) {
    return new RestError(RestErrorCode.NOT_READY, error.message, { statementText, cause: error });
  }
  return new RestError(RestErrorCode.SERVER_ERROR, messageOf(error), { statementText, cause: error });
}

/** Message, hint and nearest name; the place says nothing where the script that it is counted in is not at hand. */
function textWithoutPlace({ diagnostic }: DiagnosticError): string {
  const { span: _, ...rest } = diagnostic;
  return renderDiagnostic('', rest);
}

/** The error of whatever a server that stops does not do, or not to its end. */
export function shuttingDown(message = 'The server is shutting down'): RestError {
  return new RestError(RestErrorCode.SHUTTING_DOWN, message);
}

/** A mistake with its place. Behind a syntax error comes the statement, as ksqlDB writes it. */
export function textInScript({ diagnostic }: DiagnosticError, script: string): string {
  const isSyntax = /^line \d+:\d+: Syntax Error/.test(diagnostic.message);
  const message = isSyntax
    ? `${diagnostic.message}\nStatement: ${shortened(script.trim())}`
    : diagnostic.message;
  return renderDiagnostic(script, { ...diagnostic, message });
}
