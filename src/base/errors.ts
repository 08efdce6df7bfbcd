/**
 * Millrace knows four kinds of errors. A bug is an {@link AssertionFailure}; a protocol error is a value from the table
 * in `src/protocol/error-codes.ts`; a user's mistake is a {@link DiagnosticError}; what the outside world did to us is
 * an {@link OperationalError}, which says whether trying again may help.
 */

/** A bug in Millrace: an invariant did not hold. Never caught to go on. */
export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure';
  /** What has stopped for it, such as `partition t-0`; undefined until its owner has. */
  stopped: string | undefined;
}

/** What the outside world did: a full disk, a refused connection, a broker that does not answer. */
export class OperationalError extends Error {
  override readonly name = 'OperationalError';
  /** A stable, upper-case word such as `DISK_FULL`, for code; the message is for people. */
  readonly code: string;
  /** True when the same call may succeed later without anything being changed. */
  readonly retriable: boolean;

  constructor(
    code: string,
    message: string,
    options: { readonly retriable: boolean; readonly cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retriable = options.retriable;
  }
}

/** A place in a text: offsets in UTF-16 units, lines and columns from 1. */
export interface SourceSpan {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

/** A user's mistake, told so that the user can mend it. */
export interface Diagnostic {
  /** Primary text: lower case, no full stop, no internals. */
  readonly message: string;
  readonly detail?: string;
  /** What to do. */
  readonly hint?: string;
  /** Where, in the text that the user wrote. */
  readonly span?: SourceSpan;
  /** The nearest known name, when a name was not found. */
  readonly suggestion?: string;
}

/** What is said of a mistake. Where it is, the one who throws knows. */
export type Refusal = Omit<Diagnostic, 'span'>;

/** A family of refusals: for each rule a function from the facts to what is said. */
export type RefusalFamily = Readonly<Record<string, (...facts: never[]) => Refusal>>;

export class DiagnosticError extends Error {
  override readonly name: string = 'DiagnosticError';
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic, options?: { readonly cause?: unknown }) {
    super(diagnostic.message, options);
    this.diagnostic = diagnostic;
  }
}

/**
 * An argument or option of a public function that its types do not allow, such as NaN where a number of milliseconds is
 * expected. Thrown before the call has changed anything, so that it can be repeated.
 */
export class ArgumentError extends DiagnosticError {
  override readonly name = 'ArgumentError';
  readonly code = 'INVALID_ARGUMENT';
  /** Which one, as a path: `deliveryTimeoutMs`, `record.headers[0].value`. */
  readonly argument: string;

  constructor(argument: string, diagnostic: Diagnostic) {
    super(diagnostic);
    this.argument = argument;
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
