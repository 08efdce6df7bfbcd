import type { Timers } from '../../../base/environment.ts';
import type { PushRecord, PushRun } from '../../host/host.ts';
import type { SentBatch } from './messages.ts';
import { type SentPushRecord, sentPushRecord } from './sent-rows.ts';

/** So many rows may be on their way to the other thread, or wait there, when another record is processed. */
const WAITING_ROWS_MAX = 256;

interface ServedPushOptions {
  readonly timers: Timers;
  readonly post: (batch: SentBatch) => void;
  /** Called after all its rows were posted. */
  readonly ended: (failure?: { readonly error: unknown }) => void;
}

/** A push query of this thread: its rows go to the other one in batches, as fast as that takes them. */
export class ServedPush {
  readonly #options: ServedPushOptions;
  #run: PushRun | undefined;
  #records: SentPushRecord[] = [];
  #ends: number[] = [];
  /** Rows that the other thread has not taken. */
  #waiting = 0;
  #isHeld = false;
  #isFlushing = false;
  #isInRecord = false;

  constructor(options: ServedPushOptions) {
    this.#options = options;
  }

  set run(run: PushRun) {
    this.#run = run;
  }

  /** Called before each record of its sources. */
  onRecord(): void {
    if (this.#isInRecord) this.#ends.push(this.#records.length);
    this.#isInRecord = false;
    if (this.#waiting < WAITING_ROWS_MAX || this.#isHeld) return;
    this.#flush();
    this.#isHeld = true;
    this.#run?.pause();
  }

  /** Starts it. */
  read(): void {
    this.#run?.records$.subscribe({
      next: (record) => this.#add(record),
      error: (error: unknown) => this.#end({ error }),
      complete: () => this.#end(),
    });
  }

  /** The other thread has taken so many rows. */
  taken(rows: number): void {
    this.#waiting -= rows;
    if (!this.#isHeld || this.#waiting > WAITING_ROWS_MAX / 2) return;
    this.#isHeld = false;
    this.#run?.resume();
  }

  async close(): Promise<void> {
    await this.#run?.close();
  }

  #add(record: PushRecord): void {
    this.#records.push(sentPushRecord(record));
    this.#isInRecord = true;
    this.#waiting++;
    if (this.#records.length >= WAITING_ROWS_MAX) this.#flush();
    else if (!this.#isFlushing) this.#flushSoon();
  }

  #flushSoon(): void {
    this.#isFlushing = true;
    this.#options.timers.defer(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#records.length === 0 && this.#ends.length === 0) return;
    const batch: SentBatch = { records: this.#records, ends: this.#ends };
    this.#records = [];
    this.#ends = [];
    this.#options.post(batch);
  }

  #end(failure?: { readonly error: unknown }): void {
    this.#flush();
    this.#options.ended(failure);
  }
}
