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

/**
 * One thread and what it works on. It keeps no process alive by itself.
 *
 * It is not ended while it loads a module: V8 falls with the whole process when a module's evaluation is terminated
 * (`Check failed: (location_) != nullptr`, nodejs/node#60755).
 */
class Thread {
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #loading = new Set<number>();
  #nextId = 0;
  #isEnding = false;

  /** @param onEnd called when it can work no more. */
  constructor(onEnd: () => void) {
    const isSource = import.meta.url.endsWith('.ts');
    const worker = isSource ? new Worker(fromSource, { eval: true }) : new Worker(main);
    this.#worker = worker;
    worker.on('message', (response: WorkerResponse) => this.#take(response));
    worker.on('error', (error) => {
      onEnd();
      this.#failAll(error);
    });
    this.ended = new Promise((resolve) => {
      worker.on('exit', (code) => {
        onEnd();
        this.#failAll(new Error(`the worker thread ended with ${code}`));
        resolve();
      });
    });
  }

  run(module: string, input: unknown): Promise<unknown> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#loading.add(id);
      this.#worker.ref();
      this.#worker.postMessage({ id, module, input } satisfies WorkerRequest);
    });
  }

  /** What it works on fails. */
  end(): Promise<void> {
    this.#isEnding = true;
    this.#failAll(new Error('the worker thread was ended'));
    if (this.#loading.size === 0) void this.#worker.terminate();
    return this.ended;
  }

  #take(response: WorkerResponse): void {
    const { id } = response;
    this.#loading.delete(id);
    const pending = this.#pending.get(id);
    if (!('isLoaded' in response)) {
      this.#pending.delete(id);
      if ('error' in response) pending?.reject(response.error);
      else pending?.resolve(response.output);
    }
    if (this.#isEnding && this.#loading.size === 0) void this.#worker.terminate();
    else if (this.#pending.size === 0) this.#worker.unref();
  }

  #failAll(error: unknown): void {
    const all = [...this.#pending.values()];
    this.#pending.clear();
    for (const pending of all) pending.reject(error);
  }
}

/** A worker thread, which is started with the first task, and again with the next one after its end. */
class NodeWorkers implements EndableWorkers {
  #thread: Thread | undefined;

  run<I, O>(task: { readonly module: string }, input: I): Promise<O> {
    this.#thread ??= this.#started();
    return this.#thread.run(task.module, input) as Promise<O>;
  }

  async end(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.end();
  }

  #started(): Thread {
    const thread: Thread = new Thread(() => {
      if (this.#thread === thread) this.#thread = undefined;
    });
    return thread;
  }
}

/** Shared by all of this process: for tasks that take some milliseconds. */
export const nodeWorkers: Workers = new NodeWorkers();

/** A worker thread of its own, for tasks that may take long. */
export const newNodeWorkers = (): EndableWorkers => new NodeWorkers();
