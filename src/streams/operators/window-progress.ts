import { eachRow, type RowPages } from '../state/pages.ts';
import type { EmitStrategy } from '../windows/emit-strategy.ts';
import type { OperatorContext, ProcessorMetadataEntry, StreamClock } from './operator.ts';
import { operatorSetting } from './operator-config.ts';

const EMIT_INTERVAL = '__emit.interval.ms.kstreams.windowed.aggregation__';

interface WindowProgressSettings {
  readonly storeName: string;
  readonly emit: EmitStrategy;
  /** How long after its end, in stream time, a window still changes. */
  readonly closeAfterMs: number;
  /** How long after its time a record's last window ends. */
  readonly endAheadMsMax: number;
  /** The first end that a window may have after a time. */
  readonly nextEndMs: (afterMs: number) => number;
}

/**
 * How far a windowed aggregation has got: its stream time, after which windows close, and under `on-window-close` up to
 * where closed windows have been emitted. It looks for closed ones when the close time has moved on, and at most once an
 * interval of wall-clock time (KIP-825).
 *
 * Both are committed with the offsets, so that a restart neither emits a window twice nor takes a record that was late.
 * The mark of what was emitted is under the store's name, where Kafka Streams has it, too; the stream time, which Kafka
 * Streams forgets, has a name that no store can have.
 */
export class WindowProgress {
  /** Results are told once, when their window has closed. */
  readonly emitsFinal: boolean;
  readonly #context: OperatorContext;
  readonly #intervalMs: number;
  /** How long after the stream time passed it a window still changes. */
  readonly #closeAfterMs: number;
  readonly #clock: StreamClock;
  readonly #emittedUntil: ProcessorMetadataEntry | undefined;
  readonly #endAheadMsMax: number;
  readonly #nextEndMs: (afterMs: number) => number;
  /** No window that has changed ends later; undefined until that is asked for after a restart. */
  #lastEndMs: number | undefined;
  #nextEmitMs = 0;

  constructor(context: OperatorContext, settings: WindowProgressSettings) {
    const { storeName, emit, closeAfterMs, endAheadMsMax, nextEndMs } = settings;
    this.#context = context;
    this.#closeAfterMs = closeAfterMs;
    this.emitsFinal = emit === 'on-window-close';
    this.#endAheadMsMax = endAheadMsMax;
    this.#nextEndMs = nextEndMs;
    this.#clock = context.clock(storeName);
    this.#emittedUntil = this.emitsFinal ? context.processorMetadata(storeName) : undefined;
    this.#intervalMs = operatorSetting(context, EMIT_INTERVAL);
  }

  /** Moves the stream time on. Answers the close time: windows that end before it, the end not included, are closed. */
  observe(timestamp: number): number {
    const endMs = timestamp + this.#endAheadMsMax;
    if (this.#lastEndMs === undefined || endMs > this.#lastEndMs)
      this.#lastEndMs = Math.max(endMs, this.#clock.nowMs + this.#endAheadMsMax);
    return this.#clock.observe(timestamp) - this.#closeAfterMs;
  }

  /** Moves the stream time on without a record; answers the close time. */
  goOn(timeMs: number): number {
    return this.#clock.observe(timeMs) - this.#closeAfterMs;
  }

  /** The stream time at which the next window may close that is not emitted yet; Infinity where there can be none. */
  get dueMs(): number {
    if (!this.emitsFinal) return Number.POSITIVE_INFINITY;
    const lastEndMs = (this.#lastEndMs ??= this.#clock.nowMs + this.#endAheadMsMax);
    const nextEndMs = this.#nextEndMs(this.emittedUntil);
    return nextEndMs > lastEndMs ? Number.POSITIVE_INFINITY : nextEndMs + this.#closeAfterMs;
  }

  /** The close time up to which windows have been emitted, -1 before the first time. */
  get emittedUntil(): number {
    return this.#emittedUntil?.value ?? -1;
  }

  /** Says whether closed windows are to be looked for now, which counts as having looked. */
  isDue(closeTime: number): boolean {
    if (!this.emitsFinal) return false;
    const now = this.#context.wallClockMs();
    if (now < this.#nextEmitMs) return false;
    this.#nextEmitMs = now + this.#intervalMs;
    return this.emittedUntil === -1 || this.emittedUntil < closeTime;
  }

  /** Tells each closed window, page by page, then notes that all up to the close time have been told. */
  emit<R>(closed: RowPages<R>, tell: (row: R) => void, closeTime: number): void | Promise<void> {
    const note = (): void => {
      if (this.#emittedUntil) this.#emittedUntil.value = closeTime;
    };
    const telling = eachRow(closed, tell);
    return telling ? telling.then(note) : note();
  }
}
