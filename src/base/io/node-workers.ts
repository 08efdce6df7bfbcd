import { Worker } from 'node:worker_threads';
import type { EndableWorkers, Workers } from '../environment.ts';
import type { WorkerRequest, WorkerResponse } from './worker-main.ts';

interface Pending {
  resolve(output: unknown): void;
  reject(error: unknown): void;
}

const main = new URL('./worker-main.js', import.meta.url);
/** In a clone that is being developed the sources run as they are, which Node 20 needs a loader for. */
const fromSource = `import('tsx/esm/api').then((tsx) => {
  tsx.register();
  return import(${JSON.stringify(new URL('./worker-main.ts', import.meta.url).href)});
})`;

/** A worker thread, which is started with the first task; it keeps no process alive by itself. */
class NodeWorkers implements EndableWorkers {
  #worker: Worker | undefined;
  #nextId = 0;
  readonly #pending = new Map<number, Pending>();

  run<I, O>(task: { readonly module: string }, input: I): Promise<O> {
    const worker = this.#started();
    const id = this.#nextId++;
    return new Promise<O>((resolve, reject) => {
      this.#pending.set(id, { resolve: (output) => resolve(output as O), reject });
      worker.ref();
      worker.postMessage({ id, module: task.module, input } satisfies WorkerRequest);
    });
  }

  end(): void {
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#onEnd(worker, new Error('the worker thread was ended'));
    void worker.terminate();
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const isSource = import.meta.url.endsWith('.ts');
    const worker = isSource ? new Worker(fromSource, { eval: true }) : new Worker(main);
    worker.on('message', ({ id, output, error }: WorkerResponse) => {
      const pending = this.#pending.get(id);
      this.#pending.delete(id);
      if (this.#pending.size === 0) worker.unref();
      if (error === undefined) pending?.resolve(output);
      else pending?.reject(error);
    });
    worker.on('error', (error) => this.#onEnd(worker, error));
    worker.on('exit', (code) => this.#onEnd(worker, new Error(`the worker thread ended with ${code}`)));
    this.#worker = worker;
    return worker;
  }

  /** What it was working on fails; the next task starts another. */
  #onEnd(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const all = [...this.#pending.values()];
    this.#pending.clear();
    for (const pending of all) pending.reject(error);
  }
}

/** Shared by all of this process: for tasks that take some milliseconds. */
export const nodeWorkers: Workers = new NodeWorkers();

/** A worker thread of its own, for tasks that may take long. */
export const newNodeWorkers = (): EndableWorkers => new NodeWorkers();
