import { messageOf } from '../../src/base/errors.ts';
import { Scheduler } from './scheduler.ts';
import { SeededRandom } from './seeded-random.ts';
import { SimulatedHost } from './simulated-host.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import { Trace } from './trace.ts';

/** 2026-01-01, when every simulation begins. */
const CLOCK_START_MS = Date.UTC(2026, 0, 1);
const CLOCK_SKEW_MS_MAX = 50;
/** Of one wait. */
const EVENTS_MAX = 2_000_000;
const SETTLE_TIMEOUT_MS = 120_000;

/**
 * A world of hosts with disks and a network between them, in virtual time. The same seed gives the same run, event by
 * event: everything random comes from the seed, and everything that happens goes through one queue.
 *
 * ```ts
 * const sim = new Simulation(seed);
 * const broker = await sim.settle(Broker.start({ environment: sim.host('broker1').environment, ... }));
 * sim.host('broker1').crash();
 * await sim.runFor(1_000);
 * ```
 */
export class Simulation {
  readonly seed: number;
  /** For the decisions of a test that has only one part. */
  readonly random: SeededRandom;
  readonly trace: Trace;
  readonly network: SimulatedNetwork;
  readonly #scheduler: Scheduler;
  readonly #root: SeededRandom;
  readonly #streams = new Map<string, SeededRandom>();
  readonly #hosts = new Map<string, SimulatedHost>();

  /** @param options.traceLines how many lines of the trace are kept. */
  constructor(seed: number, options: { readonly traceLines?: number } = {}) {
    this.seed = seed;
    this.trace = new Trace(options.traceLines);
    this.#root = new SeededRandom(seed);
    this.random = this.stream('test');
    this.#scheduler = new Scheduler(this.trace);
    this.network = new SimulatedNetwork(this.#scheduler, this.#root.fork('network'));
  }

  /** Virtual milliseconds since the start. */
  get nowMs(): number {
    return this.#scheduler.nowMs;
  }

  get hosts(): readonly SimulatedHost[] {
    return [...this.#hosts.values()];
  }

  /** The host of that name, made (and up) when it is asked for first. */
  host(name: string): SimulatedHost {
    let host = this.#hosts.get(name);
    if (host === undefined) {
      const random = this.#root.fork(`host ${name}`);
      host = new SimulatedHost(name, {
        scheduler: this.#scheduler,
        network: this.network,
        random,
        clockStartMs: CLOCK_START_MS + random.fork('clock').int(CLOCK_SKEW_MS_MAX),
      });
      this.#hosts.set(name, host);
    }
    return host;
  }

  /**
   * The random stream of one part of a test, by its name: it goes on where it was left when it is asked for again. What one
   * part draws does not move what the others draw.
   */
  stream(name: string): SeededRandom {
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      stream = this.#root.fork(`test ${name}`);
      this.#streams.set(name, stream);
    }
    return stream;
  }

  /** Something that the test does or sees, for the trace. */
  note(what: string): void {
    this.#scheduler.note('test', what);
  }

  /**
   * Runs until a moment (virtual milliseconds since the start), or until a predicate holds, which is asked after every
   * event.
   * @returns false when nothing is left to happen and the predicate still does not hold.
   * @throws when the predicate does not hold after `EVENTS_MAX` events: a bound by work, which any machine gets to.
   */
  async run(until: number | (() => boolean)): Promise<boolean> {
    const limitMs = typeof until === 'number' ? until : Number.POSITIVE_INFINITY;
    const isDone = typeof until === 'number' ? () => false : until;
    let events = 0;
    return this.#scheduler.repeat(() => {
      if (isDone()) return true;
      if (events++ === EVENTS_MAX && limitMs === Number.POSITIVE_INFINITY)
        throw new Error(`what was waited for has not come after ${EVENTS_MAX} events`);
      return this.#scheduler.step(limitMs) ? undefined : typeof until === 'number';
    });
  }

  runFor(durationMs: number): Promise<boolean> {
    return this.run(this.nowMs + durationMs);
  }

  /** Runs until a promise of the simulated world settles. Fails when it has not after `timeoutMs` of virtual time. */
  async settle<T>(promise: Promise<T>, timeoutMs = SETTLE_TIMEOUT_MS): Promise<T> {
    const deadlineMs = this.nowMs + timeoutMs;
    let isSettled = false;
    const mark = (): void => {
      isSettled = true;
    };
    promise.then(mark, mark);
    await this.run(() => isSettled || this.nowMs > deadlineMs);
    if (!isSettled) throw new Error(`nothing came of a promise in ${timeoutMs} ms of virtual time`);
    return promise;
  }
}

/**
 * Runs `body` in a simulation; a failure carries the seed, the last events and the command that repeats the run.
 * @param file the test's file, `import.meta.url`.
 */
export async function simulate(
  seed: number,
  file: string,
  body: (simulation: Simulation) => Promise<void>,
): Promise<Simulation> {
  const simulation = new Simulation(seed);
  try {
    await body(simulation);
    return simulation;
  } catch (error) {
    const path = new URL(file).pathname.replace(`${process.cwd()}/`, '');
    throw new Error(
      `${messageOf(error)}\n\nseed ${seed}; repeat with: SIM_SEED=${seed} npx vitest run ${path}\n\n` +
        `${simulation.trace.tail()}\n`,
      { cause: error },
    );
  }
}

/** The seeds that a test runs: the one that SIM_SEED names, else `count` of them (SIM_SEEDS overrides) from 1 on. */
export function seedsOf(count: number): readonly number[] {
  const { SIM_SEED, SIM_SEEDS } = process.env;
  if (SIM_SEED !== undefined) return [Number(SIM_SEED)];
  return Array.from({ length: SIM_SEEDS === undefined ? count : Number(SIM_SEEDS) }, (_, index) => index + 1);
}
