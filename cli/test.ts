import { Command } from 'commander';
import { printSummary, runCases } from '../src/sql/index.ts';

/** `millrace test PATH...`: runs SQL test cases (query-validation-test files, or folders of them). */
export function testCommand(): Command {
  return new Command('test')
    .description('run SQL test cases: files of queries, inputs and expected outputs')
    .argument('<path...>', 'case files or folders')
    .option('-f, --filter <text>', 'only cases whose name contains this')
    .action((paths: readonly string[], options: { readonly filter?: string }) => {
      const summary = runCases(paths, options);
      console.log(printSummary(summary));
      if (summary.failed > 0) process.exitCode = 1;
    });
}
