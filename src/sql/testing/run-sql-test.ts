import { DiagnosticError } from '../../base/errors.ts';
import type { CaseResult } from './run-case.ts';
import { RecordMismatch, type SqlTest, SqlTestEngine, type SqlTestOptions } from './sql-test.ts';
import { isInstance, thrownClass } from './thrown-class.ts';

function unlessIncluded(expected: string, message: string): string | undefined {
  return message.includes(expected)
    ? undefined
    : `expected the error\n    ${expected}\n  got\n    ${message}`;
}

/** Runs one test, in an engine of its own. Never throws. */
export async function runSqlTest(test: SqlTest, options: SqlTestOptions): Promise<CaseResult> {
  const { name, text, expectedError, expectedMessage, flaw } = test;
  const expectsError = expectedError !== undefined;
  const words = text
    .toUpperCase()
    .match(/\b(AVRO|PROTOBUF_NOSR|PROTOBUF|JSON_SR|JSON|DELIMITED|KAFKA|NONE)\b/g);
  const base = { name, expectsError, rejected: false, formats: new Set(words ?? []) };
  if (flaw !== undefined) return { ...base, passed: false, problem: flaw };
  try {
    await new SqlTestEngine(options).run(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const { span } = error instanceof DiagnosticError ? error.diagnostic : {};
    const line = span === undefined ? {} : { line: span.line };
    if (!expectsError) return { ...base, ...line, passed: false, problem: message };
    const thrown =
      error instanceof RecordMismatch ? 'java.lang.AssertionError' : thrownClass('statement', message);
    const problem = isInstance(thrown, expectedError)
      ? unlessIncluded(expectedMessage ?? '', message)
      : `expected ${expectedError}, got ${thrown}: ${message}`;
    return {
      ...base,
      rejected: true,
      passed: problem === undefined,
      ...(problem === undefined ? {} : { problem }),
    };
  }
  if (!expectsError) return { ...base, passed: true };
  return { ...base, passed: false, problem: `expected an error: ${expectedMessage ?? 'any'}` };
}
