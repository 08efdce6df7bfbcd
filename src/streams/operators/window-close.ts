import type { OperatorContext } from './operator.ts';

const EMIT_INTERVAL = '__emit.interval.ms.kstreams.windowed.aggregation__';

/**
 * Decides when an aggregation that emits on window close looks for closed windows: when the time before which windows
 * are closed has moved on, and at most once an interval of wall-clock time (KIP-825).
 */
export class WindowCloseClock {
  readonly #context: OperatorContext;
  readonly #intervalMs: number;
  #nextEmitMs = 0;
  /** The close time up to which windows have been emitted, -1 before the first time. */
  #emittedUntil = -1;

  constructor(context: OperatorContext) {
    this.#context = context;
    this.#intervalMs = Number(context.config(EMIT_INTERVAL) ?? 1000);
  }

  get emittedUntil(): number {
    return this.#emittedUntil;
  }

  set emittedUntil(closeTime: number) {
    this.#emittedUntil = closeTime;
  }

  isDue(closeTime: number): boolean {
    const now = this.#context.wallClockMs();
    if (now < this.#nextEmitMs) return false;
    this.#nextEmitMs = now + this.#intervalMs;
    return this.#emittedUntil === -1 || this.#emittedUntil < closeTime;
  }
}
