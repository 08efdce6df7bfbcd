import { fileURLToPath } from 'node:url';
import { type MessagePort, Worker } from 'node:worker_threads';
import type { ThreadLimits } from '../environment.ts';
import { PendingCalls } from '../pending-calls.ts';
import { ownPortsForThread } from './own-sockets.ts';
import type { WorkerRequest, WorkerResponse } from './worker-main.ts';

const main = new URL('./worker-main.js', import.meta.url);
const source = new URL('./worker-main.ts', import.meta.url).href;
/**
 * In a clone that is being developed the sources run as they are, which a Node before 22.18 needs a loader for. What that keeps of
 * them outlives the folder for temporary files, which tests have one each of.
 */
const withLoader = `
const { TMPDIR } = process.env;
process.env.TMPDIR = ${JSON.stringify(fileURLToPath(new URL('../../../node_modules/.cache', import.meta.url)))};
import('tsx/esm/api').then((tsx) => {
  tsx.register();
  if (TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = TMPDIR;
  return import(${JSON.stringify(source)});
})`;
const { features } = process;
const stripsTypes = 'typescript' in features && features.typescript !== false;
/** Without a loader a thread is there in a fifth of the time. */
const fromSource = stripsTypes ? `import(${JSON.stringify(source)})` : withLoader;

/**
 * One thread and what it works on. It keeps no process alive by itself.
 *
 * It is not ended while it loads a module: V8 falls with the whole process when a module's evaluation is terminated
 * (`Check failed: (location_) != nullptr`, nodejs/node#60755).
 */
export class NodeThread {
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  readonly #worker: Worker;
  readonly #calls = new PendingCalls();
  readonly #loading = new Set<number>();
  #isEnding = false;

  /**
   * @param options.onEnd called when it can work no more.
   * @param options.givesWay to all other threads of the process.
   */
  constructor(
    options: {
      readonly onEnd?: () => void;
      readonly limits?: ThreadLimits;
      readonly givesWay?: boolean;
    } = {},
  ) {
    const { onEnd = () => undefined, limits = {}, givesWay = false } = options;
    const isSource = import.meta.url.endsWith('.ts');
    const { heapMegabytesMax, youngMegabytesMax } = limits;
    const common = {
      workerData: { ownPorts: ownPortsForThread(), givesWay },
      resourceLimits: {
        ...(heapMegabytesMax === undefined ? {} : { maxOldGenerationSizeMb: heapMegabytesMax }),
        ...(youngMegabytesMax === undefined ? {} : { maxYoungGenerationSizeMb: youngMegabytesMax }),
      },
    };
    const worker = isSource ? new Worker(fromSource, { ...common, eval: true }) : new Worker(main, common);
    this.#worker = worker;
    worker.on('message', (response: WorkerResponse) => this.#take(response));
    worker.on('error', (error) => {
      onEnd();
      this.#calls.failAll(error);
    });
    this.ended = new Promise((resolve) => {
      worker.on('exit', (code) => {
        onEnd();
        this.#calls.failAll(new Error(`the worker thread ended with ${code}`));
        resolve();
      });
    });
  }

  /** Runs the task of a module. */
  run(module: string, input: unknown): Promise<unknown> {
    return this.#ask((id) => ({ id, module, input }));
  }

  /** Runs the service of a module, which talks through the port; resolves when that has ended. */
  serve(module: string, port: MessagePort): Promise<unknown> {
    return this.#ask((id) => ({ id, module, port }), [port]);
  }

  /** What it works on fails. */
  end(): Promise<void> {
    this.#isEnding = true;
    this.#calls.failAll(new Error('the worker thread was ended'));
    if (this.#loading.size === 0) void this.#worker.terminate();
    return this.ended;
  }

  #ask(requestOf: (id: number) => WorkerRequest, transferred: readonly MessagePort[] = []): Promise<unknown> {
    return this.#calls.add((id) => {
      this.#worker.postMessage(requestOf(id), transferred);
      this.#loading.add(id);
      this.#worker.ref();
    });
  }

  #take(response: WorkerResponse): void {
    const { id } = response;
    this.#loading.delete(id);
    if (!('isLoaded' in response)) {
      if ('error' in response) this.#calls.failed(id, response.error);
      else this.#calls.answered(id, response.output);
    }
    if (this.#isEnding && this.#loading.size === 0) void this.#worker.terminate();
    else if (this.#calls.isEmpty) this.#worker.unref();
  }
}
