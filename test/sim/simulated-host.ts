import type { Environment } from '../../src/base/environment.ts';
import { Process } from './process.ts';
import type { Scheduler } from './scheduler.ts';
import type { SeededRandom } from './seeded-random.ts';
import { SimulatedDisk, SimulatedMedium } from './simulated-disk.ts';
import type { SimulatedNetwork } from './simulated-network.ts';
import { WallClock } from './wall-clock.ts';

/** A machine: a disk that stays, and processes that come and go. */
export class SimulatedHost {
  readonly name: string;
  /** The disk's medium, with its planned faults: `freeBytes`, `failAfter`, `crashAfter`. */
  readonly medium: SimulatedMedium;
  /** Of all its processes. */
  readonly wallClock: WallClock;
  readonly #scheduler: Scheduler;
  readonly #network: SimulatedNetwork;
  readonly #random: SeededRandom;
  /** Processes so far. */
  #lives = 0;
  #process: Process | undefined;
  #disk: SimulatedDisk | undefined;

  constructor(
    name: string,
    parts: {
      readonly scheduler: Scheduler;
      readonly network: SimulatedNetwork;
      readonly random: SeededRandom;
      readonly clockStartMs: number;
    },
  ) {
    this.name = name;
    this.#scheduler = parts.scheduler;
    this.#network = parts.network;
    this.#random = parts.random;
    const { scheduler } = parts;
    this.wallClock = new WallClock(parts.clockStartMs, () => scheduler.nowMs);
    this.medium = new SimulatedMedium(parts.random.fork('disk'));
    this.restart();
  }

  /** Of the process that runs now. A restart gives another one. */
  get environment(): Environment {
    if (this.#process === undefined) throw new Error(`${this.name} is down`);
    return this.#process;
  }

  get isUp(): boolean {
    return this.#process !== undefined;
  }

  get isPaused(): boolean {
    return this.#process?.isSuspended === true;
  }

  /** Stops the process where it is (SIGSTOP): its connections stay, and what is sent to it waits. */
  pause(): void {
    this.#scheduler.note(this.name, 'paused');
    this.#process?.suspend();
  }

  /** Lets it go on (SIGCONT), if it was paused. */
  resume(): void {
    if (!this.isPaused) return;
    this.#scheduler.note(this.name, 'goes on');
    this.#process?.resume();
  }

  /** Kills the process (`kill -9`): the page cache stays, peers see their connections reset. */
  kill(): void {
    this.#stop({ silent: false });
  }

  /** Cuts the power: unsynced data is lost or torn at random, peers see nothing. */
  crash(): void {
    this.#stop({ silent: true });
  }

  /** Starts a new process; its environment is what is answered. */
  restart(): Environment {
    if (this.#process !== undefined) throw new Error(`${this.name} is up`);
    const random = this.#random.fork(`life ${this.#lives++}`);
    const process = new Process(this.#scheduler, {
      name: this.name,
      random,
      wallClock: this.wallClock,
    });
    this.#disk = new SimulatedDisk(this.medium, {
      later: (delayMs, what, callback) => void process.later(delayMs, what, callback),
      powerLoss: () => this.crash(),
      stall: (stallMs) => this.#stall(process, stallMs),
    });
    process.attach({ disk: this.#disk, network: this.#network.of(process) });
    this.#process = process;
    this.#network.processStarted(process);
    this.#scheduler.note(this.name, 'up');
    return process;
  }

  /** A call to the disk does not return for a while, and the whole process waits for it. */
  #stall(process: Process, stallMs: number): void {
    if (process.isSuspended) return;
    process.suspend();
    this.#scheduler.schedule(stallMs, this.name, 'the disk answers', () => process.resume());
  }

  #stop(options: { readonly silent: boolean }): void {
    const process = this.#process;
    if (process === undefined) return;
    this.#scheduler.note(this.name, options.silent ? 'power loss' : 'killed');
    this.#process = undefined;
    process.stop();
    this.#disk?.detach();
    this.#network.processStopped(process, options);
    if (options.silent) this.medium.crash();
    else this.medium.locks.clear();
  }
}
