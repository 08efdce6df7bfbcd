import type { Erased } from '../erased.ts';
import type { Merger } from '../functions.ts';
import { NO_HEADERS, StreamRecord, type Header } from '../record.ts';
import type { SessionState } from '../state/states.ts';
import { type NodeFactory, operatorNode } from './operator-node.ts';
import type { EmitStrategy } from '../windows/emit-strategy.ts';
import type { SessionWindows } from '../windows/session-windows.ts';
import { Windowed } from '../windows/windowed.ts';
import { AggregateGuard } from './aggregate-guard.ts';
import { Change } from '../change.ts';
import type { Operator, OperatorContext } from './operator.ts';
import { foldRecord, initialValue, type StreamAggregation } from './stream-aggregate.ts';
import { WindowProgress } from './window-progress.ts';
import { settled } from './user-answers.ts';

interface SessionAggregation<K, V, VA> extends StreamAggregation<K, V, VA> {
  readonly merger: Erased<Merger<K, VA>>;
  readonly storeName: string;
  readonly windows: SessionWindows;
  readonly emit: EmitStrategy;
  readonly sendOldValues: boolean;
}

export interface SessionAggregateSettings extends SessionAggregation<unknown, unknown, unknown> {
  readonly type: 'session-aggregate';
}

/**
 * Aggregates by key and by sessions. A record joins all sessions within the gap into one; those that it has replaced
 * are deleted, with a tombstone each, before the new one is told.
 */
export function aggregateSessions(settings: SessionAggregateSettings): NodeFactory {
  return operatorNode<unknown, unknown, Windowed<unknown>, Change<unknown>>(
    (context) => new SessionAggregate(context, settings),
    { keepsKey: false },
  );
}

class SessionAggregate<K, V, VA> implements Operator<K, V> {
  readonly #context: OperatorContext<Windowed<K>, Change<VA>>;
  readonly #windows: SessionWindows;
  readonly #store: SessionState<K, VA>;
  readonly #aggregation: SessionAggregation<K, V, VA>;
  readonly #sendOldValues: boolean;
  readonly #progress: WindowProgress;
  readonly #guard: AggregateGuard<VA>;

  constructor(context: OperatorContext<Windowed<K>, Change<VA>>, settings: SessionAggregation<K, V, VA>) {
    const { storeName, windows, emit } = settings;
    this.#context = context;
    this.#windows = windows;
    this.#store = context.store<SessionState<K, VA>>(storeName);
    this.#aggregation = settings;
    this.#sendOldValues = settings.sendOldValues;
    this.#guard = new AggregateGuard(this.#store.copies);
    const closeAfterMs = windows.gracePeriodMs + windows.inactivityGapMs;
    this.#progress = new WindowProgress(context, {
      storeName,
      emit,
      closeAfterMs,
      // A session is emitted when the close time is past its end, not yet when it is there.
      endAheadMsMax: 1,
      nextEndMs: (afterMs) => afterMs + 1,
    });
    if (this.#progress.emitsFinal) this.#store.keepFrom(() => this.#nextEndMs);
    this.#store.onFlush(({ key, newValue, oldValue, headers }) => {
      if (newValue === null && oldValue === null) return;
      this.#tell(
        new Windowed(key.key, { startMs: key.startMs, endMs: key.endMs }),
        { newValue, oldValue },
        headers,
      );
    });
  }

  prefetch(keyText: string): void {
    this.#store.prefetch(keyText);
  }

  load(record: StreamRecord<K, V>): Promise<void> | undefined {
    return record.key == null ? undefined : this.#store.load(record.key);
  }

  process(record: StreamRecord<K, V>): void | Promise<void> {
    if (record.key == null) {
      this.#context.dropped('null-key');
      return;
    }
    const closeTime = this.#progress.observe(record.timestamp);
    this.#update(record, closeTime);
    if (this.#progress.isDue(closeTime)) return this.#emitClosed(record.headers, closeTime);
  }

  dueMs(): number {
    return this.#progress.dueMs;
  }

  closeWindows(timeMs: number): void {
    // A session is late from the millisecond after the one in which a suppression behind it tells it.
    this.#progress.goOn(timeMs + 1);
  }

  onTime(timeMs: number): void | Promise<void> {
    const closeTime = this.#progress.goOn(timeMs);
    if (this.#progress.isDue(closeTime)) return this.#emitClosed(NO_HEADERS, closeTime);
  }

  #update(record: StreamRecord<K, V>, closeTime: number): void {
    const { key, timestamp } = record;
    const { inactivityGapMs } = this.#windows;
    const { merger, initializer } = this.#aggregation;
    const giver = initializer === undefined ? 'the reducer' : 'the merger';
    const found = this.#store.find(key, {
      fromMs: timestamp - inactivityGapMs,
      toMs: timestamp + inactivityGapMs,
    });
    let startMs = timestamp;
    let endMs = timestamp;
    let aggregate: VA | null = initialValue(this.#aggregation);
    let copied: (readonly [stored: VA, copy: VA])[] | undefined;
    for (const session of found) {
      let { value } = session;
      if (this.#guard.isNeeded(value)) {
        value = this.#store.copies.copy(value);
        (copied ??= []).push([session.value, value]);
      }
      aggregate = aggregate === null ? value : settled(merger(key, aggregate, value), giver);
      startMs = Math.min(startMs, session.startMs);
      endMs = Math.max(endMs, session.endMs);
    }
    if (endMs < closeTime) {
      this.#context.dropped('expired-window');
      return;
    }
    const direct = !this.#progress.emitsFinal && !this.#store.cached;
    if (startMs !== timestamp || endMs !== timestamp) {
      for (const session of found) {
        this.#store.remove(key, session);
        if (direct) this.#tell(windowOf(key, session), { newValue: null, oldValue: session.value });
      }
    }
    const newValue = foldRecord(this.#aggregation, record, aggregate, this.#context.record);
    for (const [stored, copy] of copied ?? []) this.#guard.learn(stored, copy);
    this.#store.put(key, { startMs, endMs, value: newValue });
    if (direct) this.#tell(windowOf(key, { startMs, endMs }), { newValue, oldValue: null });
  }

  #tell(
    windowed: Windowed<K>,
    change: { readonly newValue: VA | null; readonly oldValue: VA | null },
    // What is told at once has none in Kafka Streams either.
    headers: readonly Header[] = NO_HEADERS,
  ): void {
    const oldValue = this.#sendOldValues ? change.oldValue : null;
    const value = new Change(change.newValue, oldValue);
    this.#context.forward(new StreamRecord(windowed, value, windowed.window.endMs, headers));
  }

  /** The sessions that end before this have been emitted. */
  get #nextEndMs(): number {
    return Math.max(0, this.#progress.emittedUntil);
  }

  #emitClosed(headers: readonly Header[], closeTime: number): void | Promise<void> {
    const range = { fromMs: this.#nextEndMs, toMs: closeTime - 1 };
    if (range.toMs < 0 || range.toMs < range.fromMs) return;
    return this.#progress.emit(
      this.#store.readEnds(range),
      (row) => this.#tell(windowOf(row.key, row), { newValue: row.value, oldValue: null }, headers),
      closeTime,
    );
  }
}

function windowOf<K>(key: K, span: { readonly startMs: number; readonly endMs: number }): Windowed<K> {
  return new Windowed(key, { startMs: span.startMs, endMs: span.endMs });
}
