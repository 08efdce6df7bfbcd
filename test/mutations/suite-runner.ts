/**
 * A process that plants one bug after the other, as `main.ts` names them, and answers whether the suite of each notices it. All
 * of them share one test runner: what it has loaded and transformed stays, but for the file with the bug, and every file of
 * tests has a process of its own.
 */
import type { Plugin } from 'vitest/config';
import { createVitest, type Reporter, type Vitest } from 'vitest/node';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Mutation, type Outcome, plant } from './mutation.ts';
import { MUTATIONS } from './table.ts';

const root = path.resolve(import.meta.dirname, '../..');
const fileOf = (mutation: Mutation): string => path.join(root, mutation.file);

let planted: Mutation | undefined;
let failedTests = 0;

/** Plants the bug while the file is loaded: the working tree stays as it is. */
const planting: Plugin = {
  name: 'planted-bug',
  enforce: 'pre',
  transform: (code, id) =>
    planted !== undefined && id === fileOf(planted) ? plant(planted, code) : undefined,
};

/** Counts as they come: what the runner remembers of a file may be of the bug before. */
const counting: Reporter = {
  onTestCaseResult: (test) => {
    if (test.result().state === 'failed') failedTests += 1;
  },
};

function startRunner(): Promise<Vitest> {
  const options = {
    root,
    config: false as const,
    watch: false,
    reporters: [counting],
    environment: 'node',
    pool: 'forks' as const,
    execArgv: ['--require', path.join(import.meta.dirname, 'plant-in-threads.cjs')],
    globalSetup: 'test/setup/left-folders.ts',
    setupFiles: 'test/setup/temporary-folder.ts',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    bail: 1,
    include: ['test/**/*.test.ts'],
    exclude: ['test/**/*.slow.test.ts'],
  };
  return createVitest('test', options, { plugins: [planting] });
}

async function outcomeOf(mutation: Mutation, runner: Vitest): Promise<Outcome> {
  planted = mutation;
  failedTests = 0;
  // Threads load the sources by themselves, and are given it by their preload.
  const { find, replace } = mutation;
  process.env['PLANTED_BUG'] = JSON.stringify({ url: pathToFileURL(fileOf(mutation)).href, find, replace });
  runner.invalidateFile(fileOf(mutation));
  const suite = await runner.globTestSpecifications([...mutation.suite]);
  const { unhandledErrors } = await runner.runTestSpecifications(suite);
  runner.invalidateFile(fileOf(mutation));
  if (failedTests > 0) return 'noticed';
  const isWhole = suite.length > 0 && suite.every(({ testModule }) => testModule?.ok() === true);
  return isWhole && unhandledErrors.length === 0 ? 'NOT NOTICED' : 'did not load';
}

const runner = await startRunner();
await runner.standalone();
process.on('message', (name) => {
  const mutation = MUTATIONS.find((each) => each.name === name);
  if (mutation === undefined) throw new Error(`no planted bug is called "${String(name)}"`);
  void outcomeOf(mutation, runner).then((outcome) => process.send?.(outcome));
});
process.on('disconnect', () => void runner.exit(true));
process.send?.('ready');
