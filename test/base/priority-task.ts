import os from 'node:os';
import type { WorkerTask } from '../../src/base/environment.ts';

/** Tells the priority of the thread that it runs in. */
export const task: WorkerTask<undefined, number> = {
  module: import.meta.url,
  run: () => os.getPriority(),
};
