import { Command } from 'commander';
import { printSummary, runTests } from '../src/sql/index.ts';
import { withOptionRules } from './option-rules.ts';
import { whyUnknown } from '../src/server/config/index.ts';
import { writeOut } from './standard-streams.ts';

/** `millrace test PATH...`: runs SQL tests of every kind that there is, from files or folders of them. */
export function testCommand(): Command {
  const command = new Command('test')
    .description(
      'run SQL tests: query cases and REST cases (.json), scripts with assertions (.sql) and with answers (.sqltest)',
    )
    .argument('<path...>', 'files or folders')
    .option('-f, --filter <text>', 'only tests whose name contains this')
    .action(async (paths: readonly string[], options: { readonly filter?: string }) => {
      const summary = await runTests(paths, {
        ...options,
        checkProperty: whyUnknown,
        // Loaded only here: most files of tests have no REST case.
        startServer: async (properties) =>
          (await import('../src/server/index.ts')).startCaseServer(properties),
      });
      writeOut(`${printSummary(summary)}\n`);
      if (summary.failed > 0) process.exitCode = 1;
    });
  return withOptionRules(command, { '--filter': {} });
}
