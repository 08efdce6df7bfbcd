import { type Header, NO_HEADERS, StreamRecord } from '../record.ts';
import type { WindowState } from '../state/states.ts';
import { type NodeFactory, operatorNode } from './operator-node.ts';
import type { EmitStrategy } from '../windows/emit-strategy.ts';
import type { TimeWindows } from '../windows/time-windows.ts';
import { Windowed } from '../windows/windowed.ts';
import { AggregateGuard } from './aggregate-guard.ts';
import { Change } from '../change.ts';
import type { Operator, OperatorContext } from './operator.ts';
import { foldRecord, initialValue, type StreamAggregation } from './stream-aggregate.ts';
import { WindowProgress } from './window-progress.ts';

interface TimeWindowAggregation<K, V, VA> extends StreamAggregation<K, V, VA> {
  readonly storeName: string;
  readonly windows: TimeWindows;
  readonly emit: EmitStrategy;
  readonly sendOldValues: boolean;
}

export interface TimeWindowAggregateSettings extends TimeWindowAggregation<unknown, unknown, unknown> {
  readonly type: 'time-window-aggregate';
}

/** Aggregates by key and by windows of a fixed size. A record too late for a window is dropped for that window only. */
export function aggregateTimeWindows(settings: TimeWindowAggregateSettings): NodeFactory {
  return operatorNode<unknown, unknown, Windowed<unknown>, Change<unknown>>(
    (context) => new TimeWindowAggregate(context, settings),
    { keepsKey: false },
  );
}

class TimeWindowAggregate<K, V, VA> implements Operator<K, V> {
  readonly #context: OperatorContext<Windowed<K>, Change<VA>>;
  readonly #windows: TimeWindows;
  readonly #store: WindowState<K, VA>;
  readonly #aggregation: StreamAggregation<K, V, VA>;
  readonly #sendOldValues: boolean;
  readonly #progress: WindowProgress;
  readonly #guard: AggregateGuard<VA>;

  constructor(context: OperatorContext<Windowed<K>, Change<VA>>, settings: TimeWindowAggregation<K, V, VA>) {
    const { storeName, windows, emit, sendOldValues } = settings;
    this.#context = context;
    this.#windows = windows;
    this.#store = context.store<WindowState<K, VA>>(storeName);
    this.#aggregation = settings;
    this.#sendOldValues = sendOldValues;
    this.#guard = new AggregateGuard(this.#store.copies, settings.aggregator);
    const { sizeMs, advanceMs } = windows;
    this.#progress = new WindowProgress(context, {
      storeName,
      emit,
      closeAfterMs: windows.gracePeriodMs,
      endAheadMsMax: sizeMs,
      nextEndMs: (afterMs) =>
        (Math.floor((Math.max(afterMs, 0) - sizeMs) / advanceMs) + 1) * advanceMs + sizeMs,
    });
    if (this.#progress.emitsFinal) this.#store.keepFrom(() => this.#nextStartMs);
    this.#store.onFlush(({ key, newValue, oldValue, timestamp, headers }) => {
      if (newValue === null && oldValue === null) return;
      const windowed = new Windowed(key.key, this.#windows.windowAt(key.startMs));
      const change = new Change(newValue, sendOldValues ? oldValue : null);
      context.forward(new StreamRecord(windowed, change, timestamp, headers));
    });
  }

  prefetch(keyText: string, timestamp: number): void {
    for (const startMs of this.#windows.startsFor(timestamp)) this.#store.prefetch(keyText, startMs);
  }

  load(record: StreamRecord<K, V>): Promise<void> | undefined {
    if (record.key == null) return undefined;
    let waiting: Promise<void>[] | undefined;
    for (const startMs of this.#windows.startsFor(record.timestamp)) {
      const missing = this.#store.load(record.key, startMs);
      if (missing) (waiting ??= []).push(missing);
    }
    return waiting && Promise.all(waiting).then(() => undefined);
  }

  process(record: StreamRecord<K, V>): void | Promise<void> {
    if (record.key == null) {
      this.#context.dropped('null-key');
      return;
    }
    const closeTime = this.#progress.observe(record.timestamp);
    for (const startMs of this.#windows.startsFor(record.timestamp)) {
      if (startMs + this.#windows.sizeMs > closeTime) this.#update(record, startMs);
      else this.#context.dropped('expired-window');
    }
    if (this.#progress.isDue(closeTime)) return this.#emitClosed(record.headers, closeTime);
  }

  dueMs(): number {
    return this.#progress.dueMs;
  }

  closeWindows(timeMs: number): void {
    this.#progress.goOn(timeMs);
  }

  onTime(timeMs: number): void | Promise<void> {
    const closeTime = this.#progress.goOn(timeMs);
    if (this.#progress.isDue(closeTime)) return this.#emitClosed(NO_HEADERS, closeTime);
  }

  #update(record: StreamRecord<K, V>, startMs: number): void {
    const { key } = record;
    const stored = this.#store.peek(key, startMs);
    const timestamp = stored === undefined ? record.timestamp : Math.max(record.timestamp, stored.timestamp);
    const oldValue = stored === undefined ? initialValue(this.#aggregation) : stored.value;
    const given =
      stored !== undefined && this.#guard.isNeeded(oldValue)
        ? this.#store.apart(key, startMs, oldValue)
        : oldValue;
    const newValue = foldRecord(this.#aggregation, record, given, this.#context.record);
    if (given !== oldValue) this.#guard.learn(oldValue, given);
    this.#store.put(key, startMs, newValue, timestamp);
    if (this.#progress.emitsFinal || this.#store.cached) return;
    const windowed = new Windowed(key, this.#windows.windowAt(startMs));
    const change = new Change(newValue, this.#sendOldValues ? oldValue : null);
    this.#context.forward(new StreamRecord(windowed, change, timestamp, record.headers));
  }

  /** The windows that begin before this have been emitted. */
  get #nextStartMs(): number {
    const { emittedUntil } = this.#progress;
    return emittedUntil === -1 ? 0 : Math.max(0, emittedUntil - this.#windows.sizeMs) + 1;
  }

  #emitClosed(headers: readonly Header[], closeTime: number): void | Promise<void> {
    const fromMs = this.#nextStartMs;
    const toMs = closeTime - this.#windows.sizeMs;
    // Nothing can begin within an empty range; what was emitted so far stays the mark, as in Kafka Streams.
    if (toMs < 0 || fromMs > toMs) return;
    return this.#progress.emit(
      this.#store.read({ fromMs, toMs }),
      ({ key, startMs, value, timestamp }) => {
        const windowed = new Windowed(key, this.#windows.windowAt(startMs));
        this.#context.forward(new StreamRecord(windowed, new Change(value, null), timestamp, headers));
      },
      closeTime,
    );
  }
}
