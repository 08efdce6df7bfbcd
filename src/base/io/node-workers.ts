import type { EndableWorkers, Workers } from '../environment.ts';
import { NodeThread } from './node-thread.ts';

interface NodeWorkersOptions {
  /** The thread has a lower priority than the others of this process. */
  readonly givesWay?: boolean;
}

/** A worker thread, which is started with the first task, and again with the next one after its end. */
class NodeWorkers implements EndableWorkers {
  readonly #givesWay: boolean;
  #thread: NodeThread | undefined;

  constructor({ givesWay = false }: NodeWorkersOptions = {}) {
    this.#givesWay = givesWay;
  }

  run<I, O>(task: { readonly module: string }, input: I): Promise<O> {
    this.#thread ??= this.#started();
    return this.#thread.run(task.module, input) as Promise<O>;
  }

  async end(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.end();
  }

  #started(): NodeThread {
    const thread: NodeThread = new NodeThread({
      givesWay: this.#givesWay,
      onEnd: () => {
        if (this.#thread === thread) this.#thread = undefined;
      },
    });
    return thread;
  }
}

/** Shared by all of this process: for tasks that take some milliseconds. */
export const nodeWorkers: Workers = new NodeWorkers();

/** A worker thread of its own, for tasks that may take long. */
export const newNodeWorkers = (options?: NodeWorkersOptions): EndableWorkers => new NodeWorkers(options);
