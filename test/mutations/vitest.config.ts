import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { defineConfig, type Plugin } from 'vitest/config';
import { plant } from './mutation.ts';
import { MUTATIONS } from './table.ts';

const root = path.resolve(import.meta.dirname, '../..');
const mutation = MUTATIONS.find(({ name }) => name === process.env.MUTATION);
if (mutation === undefined) throw new Error(`no planted bug is called "${process.env.MUTATION ?? ''}"`);

/** Plants the bug while the file is loaded: the working tree stays as it is. */
const planting: Plugin = {
  name: 'planted-bug',
  enforce: 'pre',
  transform: (code, id) => (id === path.join(root, mutation.file) ? plant(mutation, code) : undefined),
};

// Threads are given it by their preload.
const { find, replace } = mutation;
const url = pathToFileURL(path.join(root, mutation.file)).href;
process.env.PLANTED_BUG = JSON.stringify({ url, find, replace });

export default defineConfig({
  root,
  plugins: [planting],
  test: {
    environment: 'node',
    pool: 'forks',
    execArgv: ['--require', path.join(import.meta.dirname, 'plant-in-threads.cjs')],
    globalSetup: 'test/setup/left-folders.ts',
    setupFiles: 'test/setup/temporary-folder.ts',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    bail: 1,
    include: ['test/**/*.test.ts'],
    exclude: ['test/**/*.slow.test.ts'],
  },
});
