import { Command } from 'commander';
import { runCases } from '../src/sql/index.ts';

/** `millrace test PATH...`: runs SQL test cases (query-validation-test files, or folders of them). */
export function testCommand(): Command {
  return new Command('test')
    .description('run SQL test cases: files of queries, inputs and expected outputs')
    .argument('<path...>', 'case files or folders')
    .action((paths: readonly string[]) => {
      const { passed, failed } = runCases(paths, { print: (line) => console.log(line) });
      console.log(`${passed} passed, ${failed} failed`);
      if (failed > 0) process.exitCode = 1;
    });
}
