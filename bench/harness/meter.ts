/** Time without progress after which a run is given up. */
const STALL_MS = 60_000;

/** Counts records and times them, from {@link Meter.start} or the first record to the last. */
export class Meter {
  readonly #records: number;
  readonly #watchdog: NodeJS.Timeout;
  #finish: (recordsPerSecond: number) => void = () => {};
  #seen = 0;
  #startMs = 0;
  #startCpu = process.cpuUsage();
  /** Resolves with the records per second. */
  readonly done = new Promise<number>((resolve) => (this.#finish = resolve));

  constructor(records: number) {
    this.#records = records;
    let before = -1;
    this.#watchdog = setInterval(() => {
      if (this.#seen === before) {
        console.error(`stalled at record ${before} of ${records}`);
        process.exit(1);
      }
      before = this.#seen;
    }, STALL_MS);
  }

  start(): void {
    if (this.#startMs !== 0) return;
    this.#startMs = performance.now();
    this.#startCpu = process.cpuUsage();
  }

  tick(): void {
    this.advanceTo(this.#seen + 1);
  }

  advanceTo(seen: number): void {
    this.start();
    const wasDone = this.#seen >= this.#records;
    this.#seen = seen;
    if (wasDone || seen < this.#records) return;
    clearInterval(this.#watchdog);
    this.#finish((this.#records * 1_000) / (performance.now() - this.#startMs));
  }

  /** Prints the result, and what a machine with other work to do does not change: the processor time of a record. */
  print(recordsPerSecond: number): void {
    const { user, system } = process.cpuUsage(this.#startCpu);
    console.log(`{"recordsPerSecond":${Math.round(recordsPerSecond)}}`);
    console.log(`{"cpuMicrosPerRecord":${((user + system) / this.#records).toFixed(3)}}`);
  }
}

/**
 * Between two looks at an app that counts its records itself. A look costs it some microseconds, more with SQL than with the
 * DSL; runs take seconds.
 */
const LOOK_EVERY_MS = 10;

/** Times what counts its records itself, from when it runs. */
export function watch(
  meter: Meter,
  app: { readonly isRunning: () => boolean; readonly processed: () => number | Promise<number> },
): void {
  const look = async (): Promise<void> => {
    if (app.isRunning()) meter.start();
    const processed = await app.processed();
    if (processed > 0) meter.advanceTo(processed);
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  void meter.done.then(() => clearInterval(timer));
}
