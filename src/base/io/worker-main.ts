import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { ThreadService, WorkerTask } from '../environment.ts';
import { portOf } from './thread-port.ts';
import { giveWay } from './thread-priority.ts';

/** What a worker thread is asked, a task or a service; it answers in any order. */
export type WorkerRequest = { readonly id: number; readonly module: string } & (
  | { readonly input: unknown }
  | { readonly port: MessagePort }
);

/** First that the module has been loaded, then how the task or the service has ended. */
export type WorkerResponse =
  | { readonly id: number; readonly isLoaded: true }
  | { readonly id: number; readonly output: unknown }
  | { readonly id: number; readonly error: unknown };

/** What a module exports that runs in a worker thread. */
interface WorkerModule {
  readonly task: WorkerTask<unknown, unknown>;
  readonly service: ThreadService<unknown, unknown>;
}

// Before it loads anything: that is most of what a short task takes.
if (isToGiveWay(workerData)) giveWay();
parentPort?.on('message', (request: WorkerRequest) => void answer(request));

async function answer(request: WorkerRequest): Promise<void> {
  const { id } = request;
  try {
    const { task, service } = (await import(request.module)) as WorkerModule;
    parentPort?.postMessage({ id, isLoaded: true } satisfies WorkerResponse);
    const output = 'port' in request ? await serve(service, request.port) : await task.run(request.input);
    parentPort?.postMessage({ id, output } satisfies WorkerResponse);
  } catch (error) {
    parentPort?.postMessage({ id, error } satisfies WorkerResponse);
  }
}

async function serve(service: WorkerModule['service'], port: MessagePort): Promise<void> {
  try {
    await service.serve(portOf(port));
  } finally {
    // What was posted arrives before the end of the port does.
    port.close();
  }
}

function isToGiveWay(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'givesWay' in data && data.givesWay === true;
}
