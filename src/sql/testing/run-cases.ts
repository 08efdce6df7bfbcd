import { builtInRegistry } from '../functions/built-in.ts';
import type { FunctionRegistry } from '../functions/registry.ts';
import { expandFile } from './case.ts';
import type { PropertyCheck } from '../engine/check-script.ts';
import type { StartCaseServer } from './case-server.ts';
import { testFunctions } from './functions/index.ts';
import { readCaseFiles } from './io/case-files.ts';
import { parseJson } from './lossless-json.ts';
import { type CaseResult, runCase } from './run-case.ts';

export interface RunOptions {
  /** Default: the built-in functions, and those that only cases call. */
  readonly functions?: FunctionRegistry;
  /** Gets each failure, as it happens. */
  readonly print?: (line: string) => void;
  /** Called after each case, for progress. */
  readonly onResult?: (result: CaseResult) => void;
  /** Only cases whose full name contains this. */
  readonly filter?: string;
  /** Set for every case, over its own. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Says what is wrong with the name of a property that a test sets; by default any will do. */
  readonly checkProperty?: PropertyCheck;
  /** Starts the server of a REST case; those fail without it. */
  readonly startServer?: StartCaseServer;
}

export interface Summary {
  readonly passed: number;
  readonly failed: number;
  /** Cases that expect an error and got one, whatever its text. */
  readonly rejected: number;
  readonly results: readonly CaseResult[];
  /** Files in folders that hold no test. */
  readonly skipped?: readonly string[];
}

/** Runs the cases of files and folders: the format of ksqlDB's query-validation-tests. */
export async function runCases(paths: readonly string[], options: RunOptions = {}): Promise<Summary> {
  const { functions = builtInRegistry().with(testFunctions), print } = options;
  const results: CaseResult[] = [];
  for (const { stem, text } of readCaseFiles(paths)) {
    for (const test of expandFile(stem, parseJson(text), options.checkProperty)) {
      if (options.filter !== undefined && !test.name.includes(options.filter)) continue;
      const properties = { ...test.properties, ...options.properties };
      const result = await runCase({ ...test, properties }, functions);
      results.push(result);
      options.onResult?.(result);
      if (!result.passed) print?.(failureText(result));
    }
  }
  return summaryOf(results);
}

export function summaryOf(results: readonly CaseResult[]): Summary {
  const passed = results.filter((result) => result.passed).length;
  return {
    passed,
    failed: results.length - passed,
    rejected: results.filter(({ expectsError, rejected }) => expectsError && rejected).length,
    results,
  };
}

/** What `millrace test` prints: each failure with its first difference, then the counts. */
export function printSummary(summary: Summary): string {
  const failures = summary.results.filter(({ passed }) => !passed).map(failureText);
  const skipped = (summary.skipped ?? []).map((path) => `no test in ${path}`);
  return [...failures, ...skipped, `${summary.passed} passed, ${summary.failed} failed`].join('\n');
}

function failureText({ name, place, problem = '' }: CaseResult): string {
  return `FAILED ${name}${place === undefined ? '' : ` (${place})`}\n  ${problem}`;
}
