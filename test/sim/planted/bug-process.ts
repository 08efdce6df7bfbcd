import type { PlantedBug } from '../../mutations/mutation.ts';
import { BundledProgram, type BundledProcess } from '../bundled-process.ts';
import { resultOf, SEED_PROGRAM } from '../cluster/seed-jobs.ts';

/** A seed takes seconds: one that takes so long has met an endless loop. */
const SEED_TIMEOUT_MS = 180_000;

/** The first line of a failure and what is behind it, or null where the seed passed. */
export type SeedFailure = string | null;

/** A process that runs seeds of the cluster simulation with a bug planted in the product, or without one. */
export class BugProcess {
  readonly #program: BundledProgram;
  readonly #process: BundledProcess;

  private constructor(program: BundledProgram) {
    this.#program = program;
    this.#process = program.start();
  }

  /** @throws where the sources do not load: a bug that breaks them is found by no seed. */
  static async start(bug: PlantedBug | undefined): Promise<BugProcess> {
    return new BugProcess(await BundledProgram.build(SEED_PROGRAM, bug));
  }

  /** Runs one seed. A process that falls or hangs under it has failed, and runs no more. */
  async run(seed: number): Promise<SeedFailure> {
    const limit = setTimeout(() => this.#process.kill(), SEED_TIMEOUT_MS);
    const { failure } = await resultOf(this.#process, { seed, traceLines: 0, repetition: 'never' });
    clearTimeout(limit);
    if (this.#process.end === 'SIGKILL') return 'hangs';
    return this.#process.end === undefined ? (failure ?? null) : 'the process has fallen';
  }

  async close(): Promise<void> {
    await this.#process.close();
    this.#program.remove();
  }
}
