import type { EndableWorkers, Workers } from '../environment.ts';
import { NodeThread } from './node-thread.ts';

/** A worker thread, which is started with the first task, and again with the next one after its end. */
class NodeWorkers implements EndableWorkers {
  #thread: NodeThread | undefined;

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
export const newNodeWorkers = (): EndableWorkers => new NodeWorkers();
