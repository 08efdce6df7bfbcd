import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { onOneNode } from './scripts/one-node.mjs';

/** They take longest, and wait most of it: begun last, one of them would be waited for alone. */
const LONGEST = [
  'test/docs/guides/guides.test.ts',
  'test/e2e/cluster-supervision.test.ts',
  'test/streams/threads/threaded-streams-app.test.ts',
].map((file) => path.join(import.meta.dirname, file));

/** Where no run before has told what takes how long, vitest begins with the largest files. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean => LONGEST.includes(moduleId);
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((each) => !isLong(each))];
  }
}

export default defineConfig({
  test: {
    environment: 'node',
    pool: 'forks',
    globalSetup: 'test/setup/left-folders.ts',
    setupFiles: ['test/setup/temporary-folder.ts', 'test/setup/leave-no-trace.ts'],
    // Most tests wait for sockets and timers more than they compute.
    maxWorkers: 3,
    // As many tests of a file side by side, where it says that they may be.
    maxConcurrency: 3,
    sequence: { sequencer: LongestFirst },
    // From Node 22 on, processes and threads that tests start find their modules compiled.
    env: { NODE_COMPILE_CACHE: path.join(import.meta.dirname, 'node_modules', '.cache', 'compiled') },
    // For what hangs, not for what is slow: waits and simulations have limits of their own, and a machine whose load is ten
    // times its cores takes minutes for what else takes seconds.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: [
            'test/**/*.slow.test.ts',
            ...(process.env['MILLRACE_TESTS'] === 'of-every-node' ? onOneNode : []),
          ],
          // Loading the modules anew for each file takes half of the time of the suite.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'slow',
          include: ['test/**/*.slow.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
