import type { Environment } from '../../../src/base/environment.ts';
import { messageOf, OperationalError } from '../../../src/base/errors.ts';
import { TransactionError } from '../../../src/client/index.ts';
import type { Simulation } from '../simulation.ts';
import type { Violate } from './violation.ts';

/** How often a call that has timed out is made again, before its client is given up. */
const CALLS_MAX = 12;
const PAUSE_MS = 20;

/** The process of a client, on a host of its own, from its start to its end in good order or by a kill. */
export class ClientProcess {
  readonly environment: Environment;
  readonly #simulation: Simulation;
  readonly #host: string;
  #isStopped = false;
  #isKilled = false;
  #hasEnded = false;

  constructor(simulation: Simulation, host: string) {
    const machine = simulation.host(host);
    this.environment = machine.isUp ? machine.environment : machine.restart();
    this.#simulation = simulation;
    this.#host = host;
  }

  /** It is to begin nothing new. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** It has ended, or was killed. */
  get isOver(): boolean {
    return this.#hasEnded || this.#isKilled;
  }

  stop(): void {
    this.#isStopped = true;
  }

  kill(): void {
    if (this.#isKilled) return;
    this.#isStopped = true;
    this.#isKilled = true;
    this.#simulation.host(this.#host).kill();
  }

  sleep(ms: number): Promise<void> {
    return this.environment.timers.sleep(ms);
  }

  readonly note = (error: unknown): void => {
    this.#simulation.note(`${this.#host}: ${messageOf(error)}`);
  };

  /** Does its work, and then what it does at its end; what a cluster in trouble does not explain is a violation. */
  async run(work: () => Promise<void>, end: () => Promise<void>, violate: Violate): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.note(error);
      if (!this.#isKilled && !isPassing(error))
        violate('producer-fails', `${this.#host} failed: ${messageOf(error)}`);
    }
    await end();
    this.#hasEnded = true;
  }

  /** A call that has timed out is made again. */
  async insist(call: () => Promise<void>, { callsMax = CALLS_MAX } = {}): Promise<void> {
    for (let calls = 1; ; calls++) {
      try {
        await call();
        return;
      } catch (error) {
        if (!(error instanceof OperationalError && error.retriable) || calls === callsMax) throw error;
        this.note(error);
        await this.sleep(PAUSE_MS);
      }
    }
  }
}

/** Whether an error is what a producer may meet whose cluster is in trouble, or whose place another one has taken. */
export function isPassing(error: unknown): boolean {
  if (error instanceof TransactionError) return error.recovery !== 'none';
  return error instanceof OperationalError && error.retriable;
}
