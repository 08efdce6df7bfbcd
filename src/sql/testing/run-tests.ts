import { builtInRegistry } from '../functions/built-in.ts';
import { expandFile, isCaseFile } from './case.ts';
import { testFunctions } from './functions/index.ts';
import { readCaseFiles, readSqlFiles, scriptBeside } from './io/case-files.ts';
import { parseJson } from './lossless-json.ts';
import { isRestFile, restCases, runRestCase } from './rest-case.ts';
import { type CaseResult, runCase } from './run-case.ts';
import { type RunOptions, type Summary, summaryOf } from './run-cases.ts';
import { runSqlTest } from './run-sql-tests.ts';
import { splitTests } from './sql-test.ts';

/**
 * Runs everything in files and folders that is a test: `.json` files of query validation cases (records in, records out)
 * and of REST cases (statements in, answers out), and `.sql` scripts with `--@test` directives.
 */
export async function runTests(paths: readonly string[], options: RunOptions = {}): Promise<Summary> {
  const { functions = builtInRegistry().with(testFunctions), filter = '' } = options;
  const results: CaseResult[] = [];
  const report = (result: CaseResult): void => {
    results.push(result);
    options.onResult?.(result);
  };
  for (const { stem, path, text } of readCaseFiles(paths)) {
    const file = parseJson(text);
    // A folder may hold other JSON; a file that was named must be one of ours.
    if (!isCaseFile(file) && !paths.includes(path)) continue;
    if (isRestFile(file)) {
      for (const rest of restCases(stem, file)) {
        if (rest.test.name.includes(filter)) report(await runRestCase(rest, functions));
      }
      continue;
    }
    for (const test of expandFile(stem, file))
      if (test.name.includes(filter)) report(runCase(test, functions));
  }
  for (const { stem, path, text } of readSqlFiles(paths)) {
    const scripts = (script: string): string => scriptBeside(path, script);
    for (const test of splitTests(stem, text)) {
      if (test.name.includes(filter)) report(runSqlTest(test, functions, scripts));
    }
  }
  return summaryOf(results);
}
