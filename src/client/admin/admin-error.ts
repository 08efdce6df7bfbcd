import { OperationalError } from '../../base/errors.ts';
import { ErrorCode, errorOf } from '../../protocol/error-codes.ts';

export interface Outcome {
  /** What it is about, such as `topic orders`. */
  readonly subject: string;
  readonly errorCode: number;
  readonly errorMessage?: string | null;
}

/** Throws one error for all outcomes that are not NONE: the first one's code, everyone's message. */
export function checkOutcomes(outcomes: readonly Outcome[]): void {
  const failed = outcomes.filter(({ errorCode }) => errorCode !== ErrorCode.NONE);
  const first = failed[0];
  if (first === undefined) return;
  const texts = failed.map(({ subject, errorCode, errorMessage }) => {
    const { name, message } = errorOf(errorCode);
    const text =
      errorMessage === undefined || errorMessage === null || errorMessage === '' ? message : errorMessage;
    return `${subject}: ${text} (${name})`;
  });
  throw new OperationalError(errorOf(first.errorCode).name, texts.join('; '), {
    retriable: failed.every(({ errorCode }) => isWorthRetrying(errorCode)),
  });
}

/** What is answered for a topic that there is not. */
const IS_GONE: ReadonlySet<number> = new Set([
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.UNKNOWN_TOPIC_ID,
]);

/** Who waits for a topic's creation may retry an unknown topic; who administers wants to hear that it is not there. */
function isWorthRetrying(errorCode: number): boolean {
  return errorOf(errorCode).retriable && !IS_GONE.has(errorCode);
}
