import os from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { newNodeWorkers } from '../../src/base/io/node-workers.ts';
import type { EndableWorkers } from '../../src/base/environment.ts';
import { task as priorityTask } from './priority-task.ts';

describe.runIf(process.platform === 'linux')('the priority of worker threads', () => {
  const open: EndableWorkers[] = [];
  const priorityIn = async (workers: EndableWorkers | undefined): Promise<number | undefined> => {
    if (workers !== undefined) open.push(workers);
    return workers?.run(priorityTask, undefined);
  };

  afterEach(async () => {
    for (const workers of open.splice(0)) await workers.end();
  });

  it('is lower for what may take minutes, and for nothing else of the process', async () => {
    const ours = os.getPriority();
    expect(await priorityIn(nodeEnvironment.newWorkers?.())).toBe(Math.min(19, ours + 5));
    expect(os.getPriority()).toBe(ours);
    expect(await priorityIn(newNodeWorkers())).toBe(ours);
  });
});
