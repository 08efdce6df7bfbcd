import { DiagnosticError } from '../../base/errors.ts';
import { builtInRegistry } from '../functions/built-in.ts';
import type { FunctionRegistry } from '../functions/registry.ts';
import { readSqlFiles } from './io/case-files.ts';
import type { CaseResult } from './run-case.ts';
import { RecordMismatch, type SqlTest, SqlTestEngine, type SqlTestOptions, splitTests } from './sql-test.ts';
import { type Summary, summaryOf } from './run-cases.ts';
import { isInstance, thrownClass } from './thrown-class.ts';

/** Runs SQL test scripts: files and folders of statements with `--@test` directives. */
export function runSqlTests(
  paths: readonly string[],
  options: { readonly functions?: FunctionRegistry; readonly scripts?: (path: string) => string } = {},
): Summary {
  const { functions = builtInRegistry(), scripts = noScripts } = options;
  const results = readSqlFiles(paths).flatMap(({ stem, text }) =>
    splitTests(stem, text).map((test) => runSqlTest(test, { functions, scripts })),
  );
  return summaryOf(results);
}

function noScripts(path: string): string {
  throw new Error(`there is no script ${path}`);
}

function unlessIncluded(expected: string, message: string): string | undefined {
  return message.includes(expected)
    ? undefined
    : `expected the error\n    ${expected}\n  got\n    ${message}`;
}

/** Runs one test, in an engine of its own. Never throws. */
export function runSqlTest(test: SqlTest, options: SqlTestOptions): CaseResult {
  const { name, text, expectedError, expectedMessage, flaw } = test;
  const expectsError = expectedError !== undefined;
  const words = text
    .toUpperCase()
    .match(/\b(AVRO|PROTOBUF_NOSR|PROTOBUF|JSON_SR|JSON|DELIMITED|KAFKA|NONE)\b/g);
  const base = { name, expectsError, rejected: false, formats: new Set(words ?? []) };
  if (flaw !== undefined) return { ...base, passed: false, problem: flaw };
  try {
    new SqlTestEngine(options).run(text);
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
