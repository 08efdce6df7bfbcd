import { DiagnosticError, messageOf } from '../../base/errors.ts';
import { builtInRegistry } from '../functions/built-in.ts';
import type { FunctionRegistry } from '../functions/registry.ts';
import { expandFile, isCaseFile } from './case.ts';
import type { StartCaseServer } from './case-server.ts';
import { testFunctions } from './functions/index.ts';
import { findTestFiles, readTestFile, scriptBeside, type TestFile } from './io/case-files.ts';
import { isArray, isObject, type Json, parseJson } from './lossless-json.ts';
import { isRestFile, restCases } from './rest-case.ts';
import { type CaseResult, runCase } from './run-case.ts';
import { type RunOptions, type Summary, summaryOf } from './run-cases.ts';
import { runAnsweredTest } from './run-answered-test.ts';
import { runRestCase } from './run-rest-case.ts';
import { runSqlTest } from './run-sql-test.ts';
import { scriptFlaw, type SqlTest, splitTests } from './sql-test.ts';
import { testLines } from './test-lines.ts';

/** A test that was found, and how it is run. */
interface FoundTest {
  readonly name: string;
  readonly path: string;
  readonly line: number;
  readonly run: () => Promise<CaseResult>;
}

/**
 * Runs everything in files and folders that is a test: `.json` files of query validation cases (records in, records out)
 * and of REST cases (statements in, answers out), and `.sql` and `.sqltest` scripts with `--@test` directives. A file that cannot be
 * read as one is a failure of its own, and the others are run.
 * @throws {DiagnosticError} for a path that does not exist, and when there is no test to run.
 */
export async function runTests(paths: readonly string[], options: RunOptions = {}): Promise<Summary> {
  const { filter = '' } = options;
  const results: CaseResult[] = [];
  const skipped: string[] = [];
  const report = (result: CaseResult): void => {
    results.push(result);
    options.onResult?.(result);
  };
  const tests: FoundTest[] = [];
  for (const path of paths) {
    const before = tests.length + results.length;
    for (const file of findTestFiles(path)) {
      try {
        const found = testsOf(file, { ...options, isNamed: file.path === path });
        if (found.length === 0) skipped.push(file.path);
        tests.push(...found);
      } catch (error) {
        report(unusable(file, error));
      }
    }
    if (tests.length + results.length === before) throw nothingIn(path);
  }
  const selected = tests.filter(({ name }) => name.includes(filter));
  if (selected.length === 0 && results.length === 0) throw nothingSelected(filter, tests);
  for (const { path, line, run } of selected) {
    const result = await run();
    report({ ...result, place: `${path}:${result.line ?? line}` });
  }
  return { ...summaryOf(results), skipped };
}

interface FileOptions extends RunOptions {
  /** It was named, not found in a folder: it must hold tests. */
  readonly isNamed: boolean;
}

function testsOf(file: TestFile, options: FileOptions): readonly FoundTest[] {
  const { functions = builtInRegistry().with(testFunctions) } = options;
  const text = readTestFile(file.path);
  return file.kind === '.json'
    ? jsonTests(file, text, { ...options, functions })
    : sqlTests(file, text, { ...options, functions });
}

type TestOptions = FileOptions & { readonly functions: FunctionRegistry };

function jsonTests(
  { stem, path }: TestFile,
  text: string,
  { functions, checkProperty, isNamed, startServer = noServer }: TestOptions,
): readonly FoundTest[] {
  const file = jsonOf(text);
  if (!isCaseFile(file)) {
    // A folder may hold other JSON.
    if (!isNamed) return [];
    throw new DiagnosticError({ message: 'it has no list of tests: expected {"tests": [ ... ]}' });
  }
  const raw = isObject(file) && isArray(file['tests']) ? file['tests'] : [];
  const isRest = isRestFile(file);
  return testLines(text, raw).flatMap((line, index): readonly FoundTest[] => {
    const one = { tests: [raw[index] ?? null] };
    if (isRest) {
      return restCases(stem, one, checkProperty).map((rest) => ({
        name: rest.test.name,
        path,
        line,
        run: () => runRestCase(rest, { functions, startServer }),
      }));
    }
    return expandFile(stem, one, checkProperty).map((test) => ({
      name: test.name,
      path,
      line,
      run: () => runCase(test, functions),
    }));
  });
}

const noServer: StartCaseServer = () =>
  Promise.reject(
    new DiagnosticError({ message: 'a REST case needs a server, and startServer is not given' }),
  );

function jsonOf(text: string): Json {
  try {
    return parseJson(text);
  } catch (error) {
    const at = /at position (\d+)/.exec(messageOf(error))?.[1];
    const line = at === undefined ? '' : ` (line ${text.slice(0, Number(at)).split('\n').length})`;
    throw new DiagnosticError({ message: `${messageOf(error)}${line}` }, { cause: error });
  }
}

function sqlTests(
  { stem, path, kind }: TestFile,
  text: string,
  { functions, checkProperty, isNamed }: TestOptions,
): readonly FoundTest[] {
  const tests = splitTests(stem, text);
  const run = kind === '.sqltest' ? runAnsweredTest : runSqlTest;
  const flaw = scriptFlaw(text);
  // Other tests may run a script without any as a part of theirs.
  if (flaw !== undefined && (isNamed || tests.length > 0)) throw flaw;
  const scripts = (script: string): string => scriptBeside(path, script);
  return tests.map((test) => ({
    name: test.name,
    path,
    line: test.line,
    run: () => run(orEmpty(test), { functions, scripts, ...(checkProperty && { checkProperty }) }),
  }));
}

/** A test that has nothing but comments would pass whatever the engine does. */
function orEmpty(test: SqlTest): SqlTest {
  const isEmpty = test.text.split('\n').every((line) => /^\s*(?:--.*)?$/.test(line));
  return isEmpty && test.flaw === undefined ? { ...test, flaw: 'it has no statements' } : test;
}

/** A file that cannot be read as tests. */
function unusable({ path }: TestFile, error: unknown): CaseResult {
  if (!(error instanceof DiagnosticError)) throw error;
  const { message, span, hint } = error.diagnostic;
  return {
    name: path,
    passed: false,
    problem: hint === undefined ? message : `${message}\n  hint: ${hint}`,
    ...(span === undefined ? {} : { place: `${path}:${span.line}` }),
    expectsError: false,
    rejected: false,
    formats: new Set(),
  };
}

function nothingIn(path: string): DiagnosticError {
  return new DiagnosticError({
    message: `there is no test in ${path}`,
    hint: 'a .json file has its cases in "tests", a .sql script begins each test with --@test: NAME',
  });
}

function nothingSelected(filter: string, tests: readonly FoundTest[]): DiagnosticError {
  const [first] = tests;
  return new DiagnosticError({
    message: `no test has ${JSON.stringify(filter)} in its name`,
    detail: `there are ${tests.length}, such as ${JSON.stringify(first?.name ?? '')}`,
  });
}
