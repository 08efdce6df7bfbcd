import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    pool: 'forks',
    globalSetup: 'test/setup/left-folders.ts',
    setupFiles: ['test/setup/temporary-folder.ts', 'test/setup/leave-no-trace.ts'],
    // Most tests wait for sockets and timers more than they compute.
    maxWorkers: 3,
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
          exclude: ['test/**/*.slow.test.ts'],
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
