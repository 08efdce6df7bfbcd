import type { TableFlags } from '../builder/aggregate-table.ts';
import type { Merger } from '../builder/functions.ts';
import type { EmitStrategy } from '../builder/time-windowed-kstream.ts';
import { NO_HEADERS, StreamRecord, type Header } from '../record.ts';
import type { SessionRow, SessionState } from '../state/states.ts';
import type { Behaviour } from '../topology/nodes.ts';
import type { SessionWindows } from '../windows/session-windows.ts';
import { Windowed } from '../windows/windowed.ts';
import { Change } from './change.ts';
import type { Operator, OperatorContext } from './operator.ts';
import { statefulBehaviour } from './stateful-behaviour.ts';
import type { StreamAggregation } from './stream-aggregate.ts';
import { WindowCloseClock } from './window-close.ts';

interface SessionSettings {
  readonly storeName: string;
  readonly windows: SessionWindows;
  readonly emit: EmitStrategy;
}

interface SessionAggregation<K, V, VA> extends StreamAggregation<K, V, VA> {
  readonly merger: Merger<K, VA>;
}

/**
 * Aggregates by key and by sessions. A record joins all sessions within the gap into one; those that it has replaced
 * are deleted, with a tombstone each, before the new one is told.
 */
export function aggregateSessions<K, V, VA>(
  settings: SessionSettings,
  aggregation: SessionAggregation<K, V, VA>,
  flags: TableFlags,
): Behaviour {
  return statefulBehaviour<K, V, Windowed<K>, Change<VA>>(
    (context) => new SessionAggregate(context, settings, aggregation, flags),
    { keepsKey: false },
  );
}

class SessionAggregate<K, V, VA> implements Operator<K, V> {
  readonly #context: OperatorContext<Windowed<K>, Change<VA>>;
  readonly #windows: SessionWindows;
  readonly #store: SessionState<K, VA>;
  readonly #aggregation: SessionAggregation<K, V, VA>;
  readonly #flags: TableFlags;
  readonly #closeClock: WindowCloseClock | undefined;
  #observedStreamTime = -1;

  constructor(
    context: OperatorContext<Windowed<K>, Change<VA>>,
    settings: SessionSettings,
    aggregation: SessionAggregation<K, V, VA>,
    flags: TableFlags,
  ) {
    this.#context = context;
    this.#windows = settings.windows;
    this.#store = context.store<SessionState<K, VA>>(settings.storeName);
    this.#aggregation = aggregation;
    this.#flags = flags;
    this.#closeClock = settings.emit === 'on-window-close' ? new WindowCloseClock(context) : undefined;
    this.#store.onFlush(({ key, newValue, oldValue, headers }) => {
      if (newValue === null && oldValue === null) return;
      this.#tell(
        new Windowed(key.key, { startMs: key.startMs, endMs: key.endMs }),
        { newValue, oldValue },
        headers,
      );
    });
  }

  prefetch(keyBytes: Buffer): void {
    this.#store.prefetch(keyBytes);
  }

  prepare(record: StreamRecord<K, V>): Promise<void> | undefined {
    return record.key == null ? undefined : this.#store.prepare(record.key);
  }

  process(record: StreamRecord<K, V>): void | Promise<void> {
    const { key, timestamp } = record;
    if (key == null) {
      this.#context.dropped('null-key');
      return;
    }
    this.#observedStreamTime = Math.max(this.#observedStreamTime, timestamp);
    const { gracePeriodMs, inactivityGapMs } = this.#windows;
    const closeTime = this.#observedStreamTime - gracePeriodMs - inactivityGapMs;
    this.#update(record, closeTime);
    if (this.#closeClock?.isDue(closeTime)) return this.#emitClosed(record, closeTime, this.#closeClock);
  }

  #update(record: StreamRecord<K, V>, closeTime: number): void {
    const { key, value, timestamp, headers } = record;
    const { inactivityGapMs } = this.#windows;
    const { initializer, aggregator, merger } = this.#aggregation;
    const found = this.#store.find(key, {
      fromMs: timestamp - inactivityGapMs,
      toMs: timestamp + inactivityGapMs,
    });
    let startMs = timestamp;
    let endMs = timestamp;
    let aggregate: VA | null = initializer?.() ?? null;
    for (const session of found) {
      aggregate = aggregate === null ? session.value : merger(key, aggregate, session.value);
      startMs = Math.min(startMs, session.startMs);
      endMs = Math.max(endMs, session.endMs);
    }
    if (endMs < closeTime) {
      this.#context.dropped('expired-window');
      return;
    }
    const direct = !this.#closeClock && !this.#store.cached;
    if (startMs !== timestamp || endMs !== timestamp) {
      for (const session of found) {
        this.#store.remove(key, session);
        if (direct) this.#tell(windowOf(key, session), { newValue: null, oldValue: session.value }, headers);
      }
    }
    const newValue =
      aggregate === null && initializer === undefined
        ? (value as unknown as VA)
        : aggregator(key, value, aggregate as VA, this.#context.record);
    this.#store.put(key, { startMs, endMs, value: newValue });
    if (direct) this.#tell(windowOf(key, { startMs, endMs }), { newValue, oldValue: null }, headers);
  }

  #tell(
    windowed: Windowed<K>,
    change: { readonly newValue: VA | null; readonly oldValue: VA | null },
    headers: readonly Header[] = NO_HEADERS,
  ): void {
    const oldValue = this.#flags.sendOldValues ? change.oldValue : null;
    const value = new Change(change.newValue, oldValue);
    this.#context.forward(new StreamRecord(windowed, value, windowed.window.endMs, headers));
  }

  #emitClosed(record: StreamRecord<K, V>, closeTime: number, clock: WindowCloseClock): void | Promise<void> {
    const range = { fromMs: Math.max(0, clock.emittedUntil), toMs: closeTime - 1 };
    if (range.toMs < 0 || range.toMs < range.fromMs) return;
    const emit = (rows: readonly SessionRow<K, VA>[]): void => {
      for (const row of rows)
        this.#tell(windowOf(row.key, row), { newValue: row.value, oldValue: null }, record.headers);
      clock.emittedUntil = closeTime;
    };
    const rows = this.#store.scanEnds(range);
    return rows instanceof Promise ? rows.then(emit) : emit(rows);
  }
}

function windowOf<K>(key: K, span: { readonly startMs: number; readonly endMs: number }): Windowed<K> {
  return new Windowed(key, { startMs: span.startMs, endMs: span.endMs });
}
