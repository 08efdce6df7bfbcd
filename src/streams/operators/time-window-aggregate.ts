import type { TableFlags } from '../builder/aggregate-table.ts';
import type { EmitStrategy } from '../builder/time-windowed-kstream.ts';
import { StreamRecord } from '../record.ts';
import type { WindowRow, WindowState } from '../state/states.ts';
import type { Behaviour } from '../topology/nodes.ts';
import type { TimeWindows } from '../windows/time-windows.ts';
import { Windowed } from '../windows/windowed.ts';
import { Change } from './change.ts';
import type { Operator, OperatorContext } from './operator.ts';
import { statefulBehaviour } from './stateful-behaviour.ts';
import type { StreamAggregation } from './stream-aggregate.ts';
import { WindowCloseClock } from './window-close.ts';

interface TimeWindowSettings {
  readonly storeName: string;
  readonly windows: TimeWindows;
  readonly emit: EmitStrategy;
}

/** Aggregates by key and by windows of a fixed size. A record too late for a window is dropped for that window only. */
export function aggregateTimeWindows<K, V, VA>(
  settings: TimeWindowSettings,
  aggregation: StreamAggregation<K, V, VA>,
  flags: TableFlags,
): Behaviour {
  return statefulBehaviour<K, V, Windowed<K>, Change<VA>>(
    (context) => new TimeWindowAggregate(context, settings, aggregation, flags),
    { keepsKey: false },
  );
}

class TimeWindowAggregate<K, V, VA> implements Operator<K, V> {
  readonly #context: OperatorContext<Windowed<K>, Change<VA>>;
  readonly #windows: TimeWindows;
  readonly #store: WindowState<K, VA>;
  readonly #aggregation: StreamAggregation<K, V, VA>;
  readonly #flags: TableFlags;
  readonly #closeClock: WindowCloseClock | undefined;
  #observedStreamTime = -1;

  constructor(
    context: OperatorContext<Windowed<K>, Change<VA>>,
    settings: TimeWindowSettings,
    aggregation: StreamAggregation<K, V, VA>,
    flags: TableFlags,
  ) {
    this.#context = context;
    this.#windows = settings.windows;
    this.#store = context.store<WindowState<K, VA>>(settings.storeName);
    this.#aggregation = aggregation;
    this.#flags = flags;
    this.#closeClock = settings.emit === 'on-window-close' ? new WindowCloseClock(context) : undefined;
    this.#store.onFlush(({ key, newValue, oldValue, timestamp, headers }) => {
      const windowed = new Windowed(key.key, this.#windows.windowAt(key.startMs));
      const change = new Change(newValue, flags.sendOldValues ? oldValue : null);
      context.forward(new StreamRecord(windowed, change, timestamp, headers));
    });
  }

  prefetch(keyBytes: Buffer, timestamp: number): void {
    for (const startMs of this.#windows.startsFor(timestamp)) this.#store.prefetch(keyBytes, startMs);
  }

  prepare(record: StreamRecord<K, V>): Promise<void> | undefined {
    if (record.key == null) return undefined;
    let waiting: Promise<void>[] | undefined;
    for (const startMs of this.#windows.startsFor(record.timestamp)) {
      const missing = this.#store.prepare(record.key, startMs);
      if (missing) (waiting ??= []).push(missing);
    }
    return waiting && Promise.all(waiting).then(() => undefined);
  }

  process(record: StreamRecord<K, V>): void | Promise<void> {
    if (record.key == null) {
      this.#context.dropped('null-key');
      return;
    }
    this.#observedStreamTime = Math.max(this.#observedStreamTime, record.timestamp);
    const closeTime = this.#observedStreamTime - this.#windows.gracePeriodMs;
    for (const startMs of this.#windows.startsFor(record.timestamp)) {
      if (startMs + this.#windows.sizeMs > closeTime) this.#update(record, startMs);
      else this.#context.dropped('expired-window');
    }
    if (this.#closeClock?.isDue(closeTime)) return this.#emitClosed(record, closeTime, this.#closeClock);
  }

  #update(record: StreamRecord<K, V>, startMs: number): void {
    const { key, value } = record;
    const stored = this.#store.get(key, startMs);
    const timestamp = stored === undefined ? record.timestamp : Math.max(record.timestamp, stored.timestamp);
    const { initializer, aggregator } = this.#aggregation;
    const oldValue = stored === undefined ? (initializer?.() ?? null) : stored.value;
    const newValue =
      oldValue === null && initializer === undefined
        ? (value as unknown as VA)
        : aggregator(key, value, oldValue as VA, this.#context.record);
    this.#store.put(key, startMs, newValue, timestamp);
    if (this.#closeClock || this.#store.cached) return;
    const windowed = new Windowed(key, this.#windows.windowAt(startMs));
    const change = new Change(newValue, this.#flags.sendOldValues ? oldValue : null);
    this.#context.forward(new StreamRecord(windowed, change, timestamp, record.headers));
  }

  #emitClosed(record: StreamRecord<K, V>, closeTime: number, clock: WindowCloseClock): void | Promise<void> {
    const { sizeMs } = this.#windows;
    const toMs = closeTime - sizeMs;
    if (toMs < 0) return;
    const fromMs = clock.emittedUntil === -1 ? 0 : Math.max(0, clock.emittedUntil - sizeMs) + 1;
    const emit = (rows: readonly WindowRow<K, VA>[]): void => {
      for (const row of rows) {
        const windowed = new Windowed(row.key, this.#windows.windowAt(row.startMs));
        this.#context.forward(
          new StreamRecord(windowed, new Change(row.value, null), row.timestamp, record.headers),
        );
      }
      clock.emittedUntil = closeTime;
    };
    if (fromMs > toMs) {
      // Nothing can begin within an empty range; what was emitted so far stays the mark, as in Kafka Streams.
      return;
    }
    const rows = this.#store.scan({ fromMs, toMs });
    return rows instanceof Promise ? rows.then(emit) : emit(rows);
  }
}
