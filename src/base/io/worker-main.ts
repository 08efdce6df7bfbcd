import { parentPort } from 'node:worker_threads';
import type { WorkerTask } from '../environment.ts';

/** What a worker thread is asked; it answers in any order. */
export interface WorkerRequest {
  readonly id: number;
  readonly module: string;
  readonly input: unknown;
}

/** First that the task's module has been loaded, then how the task has ended. */
export type WorkerResponse =
  | { readonly id: number; readonly isLoaded: true }
  | { readonly id: number; readonly output: unknown }
  | { readonly id: number; readonly error: unknown };

parentPort?.on('message', (request: WorkerRequest) => void answer(request));

async function answer({ id, module, input }: WorkerRequest): Promise<void> {
  try {
    const { task } = (await import(module)) as { readonly task: WorkerTask<unknown, unknown> };
    parentPort?.postMessage({ id, isLoaded: true } satisfies WorkerResponse);
    parentPort?.postMessage({ id, output: await task.run(input) } satisfies WorkerResponse);
  } catch (error) {
    parentPort?.postMessage({ id, error } satisfies WorkerResponse);
  }
}
