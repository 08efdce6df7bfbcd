import type { Environment, Timer } from '../../base/environment.ts';

/** A thread that has not answered for so long is held up: processing lets others have their turn many times a second. */
const SILENT_MS_MAX = 15_000;
/** So many times in that time it is asked whether it is there. */
const LOOKS = 3;

/** Whose turn it is (see `ProcessingTurn`), where two threads see it; -1 for nobody's. */
export type Turn = Int32Array<SharedArrayBuffer>;

/**
 * Looks whether a stream thread answers. A record that comes to no end holds up all queries, or applications, of its thread, and the
 * thread can tell nobody; what it was at stands in memory that both threads see.
 */
export class ThreadWatch {
  /** What the thread writes. */
  readonly turn: Turn = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)).fill(-1);
  readonly #environment: Pick<Environment, 'clock' | 'timers'>;
  readonly #ask: () => Promise<unknown>;
  readonly #onSilent: (silentMs: number) => void;
  readonly #silentMsMax: number;
  #timer: Timer | undefined;
  /** Since when an answer is waited for. */
  #askedMs: number | undefined;
  /** It has begun to work: while it loads its modules it says nothing. */
  #hasBegun = false;
  /** Counts the threads: what an earlier one answers is nothing to the next one. */
  #life = 0;

  constructor(options: {
    readonly environment: Pick<Environment, 'clock' | 'timers'>;
    /** Resolves when the thread has answered, and rejects when it is gone. */
    readonly ask: () => Promise<unknown>;
    /** Called each time that it is looked, while the thread does not answer. */
    readonly onSilent: (silentMs: number) => void;
    /** How long it may take to answer, 15 s by default. */
    readonly silentMsMax?: number | undefined;
  }) {
    const { silentMsMax = SILENT_MS_MAX } = options;
    this.#silentMsMax = silentMsMax;
    this.#environment = options.environment;
    this.#ask = options.ask;
    this.#onSilent = options.onSilent;
  }

  /** For how long the thread has not answered, where that is long; 0 while it does. */
  get silentMs(): number {
    if (this.#askedMs === undefined || !this.#hasBegun) return 0;
    const silentMs = this.#environment.clock.monotonicMs() - this.#askedMs;
    return silentMs >= this.#silentMsMax ? silentMs : 0;
  }

  /** Called when the thread says anything, of which its first answer need not be the first. */
  heard(): void {
    this.#hasBegun = true;
  }

  /** Watches a thread that is about to be started. What ran in the one before says nothing of it. */
  start(): void {
    this.stop();
    this.turn.fill(-1);
    this.#timer = this.#environment.timers.every(this.#silentMsMax / LOOKS, () => this.#look());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#askedMs = undefined;
    this.#hasBegun = false;
    this.#life++;
  }

  #look(): void {
    const { silentMs } = this;
    if (silentMs > 0) this.#onSilent(silentMs);
    if (this.#askedMs !== undefined) return;
    const life = this.#life;
    this.#askedMs = this.#environment.clock.monotonicMs();
    this.#ask().then(
      () => {
        if (life !== this.#life) return;
        this.#askedMs = undefined;
      },
      // It is gone, which is told elsewhere.
      () => undefined,
    );
  }
}
