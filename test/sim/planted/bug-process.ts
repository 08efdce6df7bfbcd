import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PlantedBug } from '../../mutations/mutation.ts';
import type { SeedMessage } from './seed-process.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const preload = path.join(root, 'test/mutations/plant-in-threads.cjs');

/** Newer Nodes load the sources as they are, in less than half of the time. */
const loader = (process.features as { readonly typescript?: unknown }).typescript ? [] : ['--import', 'tsx'];

/** A seed takes seconds: one that takes so long has met an endless loop. */
const SEED_TIMEOUT_MS = 180_000;

/** The first line of a failure and what is behind it, or null where the seed passed. */
export type SeedFailure = string | null;

/** A process that runs seeds of the cluster simulation with a bug planted in the product, or without one. */
export class BugProcess {
  readonly #process: ChildProcess;
  readonly #ended: Promise<undefined>;

  private constructor(bug: PlantedBug | undefined) {
    const planted = bug && {
      url: pathToFileURL(path.join(root, bug.file)).href,
      find: bug.find,
      replace: bug.replace,
    };
    this.#process = fork(path.join(import.meta.dirname, 'seed-process.ts'), {
      // The hooks that are registered first are asked last: the bug is planted in the source as it is in the file.
      execArgv: [...(planted === undefined ? [] : ['--require', preload]), ...loader],
      env: { ...process.env, ...(planted === undefined ? {} : { PLANTED_BUG: JSON.stringify(planted) }) },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#ended = once(this.#process, 'exit').then(() => undefined);
  }

  /** @throws where the sources do not load: a bug that breaks them is found by no seed. */
  static async start(bug: PlantedBug | undefined): Promise<BugProcess> {
    const started = new BugProcess(bug);
    const errors: string[] = [];
    started.#process.stderr?.on('data', (chunk: Buffer) => void errors.push(chunk.toString()));
    const first = await started.#next();
    if (first === 'ready') return started;
    throw new Error(
      `the simulation does not load with "${bug?.name ?? 'no bug'}": ${errors.join('').trim()}`,
    );
  }

  /** Runs one seed. A process that falls or hangs under it has failed, and runs no more. */
  async run(seed: number): Promise<SeedFailure> {
    const limit = setTimeout(() => this.#process.kill('SIGKILL'), SEED_TIMEOUT_MS);
    this.#process.send(seed);
    const message = await this.#next();
    clearTimeout(limit);
    if (message === undefined || message === 'ready') {
      return this.#process.signalCode === 'SIGKILL' ? 'hangs' : 'the process has fallen';
    }
    return message.failure;
  }

  async close(): Promise<void> {
    if (this.#process.connected) this.#process.disconnect();
    await this.#ended;
  }

  /** Undefined when the process has ended instead. */
  async #next(): Promise<SeedMessage | undefined> {
    const message = once(this.#process, 'message') as Promise<[SeedMessage]>;
    return (await Promise.race([message, this.#ended]))?.[0];
  }
}
