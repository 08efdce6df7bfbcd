import { DiagnosticError, OperationalError } from '../../base/errors.ts';
import type { SqlEngine } from '../../sql/index.ts';

/**
 * Takes back the topics that were made for a statement that was then not recorded: a refusal leaves nothing behind. Where
 * no answer has come, the statement may have been recorded all the same, and may be carried out yet: its topics stay.
 * @returns the error to throw, which tells of what stays.
 */
export async function withoutTopics(
  error: unknown,
  topics: readonly string[],
  engine: Pick<SqlEngine, 'undoTopic'>,
): Promise<unknown> {
  const isRefused =
    error instanceof DiagnosticError || (error instanceof OperationalError && !error.retriable);
  const staying: string[] = [];
  for (const name of topics) {
    const isGone = isRefused && (await engine.undoTopic(name).catch(() => false));
    if (!isGone) staying.push(name);
  }
  if (staying.length === 0 || !(error instanceof OperationalError)) return error;
  const message = `${error.message}; the topic ${staying.join(', ')} was made for the statement, and stays`;
  return new OperationalError(error.code, message, { retriable: error.retriable, cause: error.cause });
}
