import { parentPort } from 'node:worker_threads';
import type { WorkerTask } from '../environment.ts';

/** What a worker thread is asked; it answers in any order. */
export interface WorkerRequest {
  readonly id: number;
  readonly module: string;
  readonly input: unknown;
}

export interface WorkerResponse {
  readonly id: number;
  readonly output?: unknown;
  readonly error?: unknown;
}

parentPort?.on('message', (request: WorkerRequest) => void answer(request));

async function answer({ id, module, input }: WorkerRequest): Promise<void> {
  try {
    const { task } = (await import(module)) as { readonly task: WorkerTask<unknown, unknown> };
    parentPort?.postMessage({ id, output: await task.run(input) } satisfies WorkerResponse);
  } catch (error) {
    parentPort?.postMessage({ id, error } satisfies WorkerResponse);
  }
}
