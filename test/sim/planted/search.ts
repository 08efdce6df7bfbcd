import { BugProcess, type SeedFailure } from './bug-process.ts';
import { checkerOf, type Finding } from './findings.ts';
import type { SimulatedBug } from './simulated-bug.ts';

/** How the search for one bug went. */
export interface SearchResult {
  readonly bug: SimulatedBug;
  /** Undefined where no seed has found it. */
  readonly finding: Finding | undefined;
  /** What the seed failed with. */
  readonly failure: string | undefined;
  /** Seeds that were run. */
  readonly tried: number;
  readonly seconds: number;
}

/** Runs seeds without any bug: what fails there too is no finding. The answers are kept, for all bugs of a run. */
export class SoundSeeds {
  readonly #answers = new Map<number, Promise<string | undefined>>();
  #process: Promise<BugProcess> | undefined;

  /** The checker by which the product as it is fails a seed; undefined where it passes. */
  checkerAt(seed: number): Promise<string | undefined> {
    let answer = this.#answers.get(seed);
    if (answer === undefined) this.#answers.set(seed, (answer = this.#ask(seed)));
    return answer;
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#answers.values());
    await (await this.#process)?.close();
  }

  async #ask(seed: number): Promise<string | undefined> {
    // One after the other: a process runs one seed at a time.
    await Promise.allSettled([...this.#answers.values()].slice(0, -1));
    this.#process ??= BugProcess.start(undefined);
    const failure = await (await this.#process).run(seed);
    return failure === null ? undefined : checkerOf(failure);
  }
}

/** Plants a bug and runs seeds, in the order given, until one fails that passes without it, or by another checker. */
export async function search(
  bug: SimulatedBug,
  seeds: Iterable<number>,
  sound: SoundSeeds,
): Promise<SearchResult> {
  const startedMs = Date.now();
  let tried = 0;
  let planted: BugProcess | undefined;
  let finding: Finding | undefined;
  let failure: SeedFailure = null;
  for (const seed of seeds) {
    planted ??= await BugProcess.start(bug);
    tried++;
    failure = await planted.run(seed);
    if (failure === null) continue;
    const checker = checkerOf(failure);
    if ((await sound.checkerAt(seed)) !== checker) {
      finding = { seed, checker };
      break;
    }
    // It may have fallen or hung.
    await planted.close();
    planted = undefined;
  }
  await planted?.close();
  return {
    bug,
    finding,
    failure: finding === undefined ? undefined : (failure ?? undefined),
    tried,
    seconds: (Date.now() - startedMs) / 1_000,
  };
}
