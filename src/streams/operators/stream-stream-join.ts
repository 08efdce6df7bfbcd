import type { Erased } from '../erased.ts';
import type { ValueJoiner } from '../functions.ts';
import { type AnyRecord, type Header, NO_HEADERS, StreamRecord } from '../record.ts';
import type { JoinSide, JoinState, OuterJoinState, Unmatched } from '../state/states.ts';
import { type NodeFactory, operatorNode } from './operator-node.ts';
import type { JoinWindows } from '../windows/join-windows.ts';
import type { Operator, OperatorContext, StreamClock } from './operator.ts';
import { operatorSetting } from './operator-config.ts';
import { settled } from './user-answers.ts';

export interface StreamJoinSideSettings {
  readonly type: 'stream-join-side';
  readonly side: JoinSide;
  /** Records of this side without a match yield a result too. */
  readonly outer: boolean;
  /** The other side's records. */
  readonly storeName: string;
  /** The unmatched records of both sides; undefined for inner and eager joins. */
  readonly outerStore: string | undefined;
  readonly windows: JoinWindows;
  readonly joiner: Erased<ValueJoiner<unknown, unknown, unknown, unknown>>;
  /** Both sides share one clock, and one {@link UnmatchedTimes}, under this name. */
  readonly trackerId: string;
}

/** When the unmatched of both sides of a join are to be looked through next. */
class UnmatchedTimes {
  /** The least time of an unmatched record; undefined until what a restart has left is known. */
  timeMin: number | undefined = undefined;
  nextEmitMs = 0;
}

const EMIT_INTERVAL = '__emit.interval.ms.kstreams.outer.join.spurious.results.fix__';

/**
 * One side of a stream-stream join. A left or outer result with null is held back until no match can come any more
 * (KAFKA-10847), and then emitted with its own time, when the other records move stream time on.
 */
export function joinWithStream(settings: StreamJoinSideSettings): NodeFactory {
  return operatorNode((context) => new StreamJoin(context, settings), { keepsKey: true });
}

class StreamJoin implements Operator {
  readonly #context: OperatorContext;
  readonly #settings: StreamJoinSideSettings;
  readonly #joiner: (own: unknown, found: unknown, key: unknown) => unknown;
  readonly #store: JoinState<unknown, unknown>;
  readonly #unmatched: OuterJoinState<unknown> | undefined;
  readonly #clock: StreamClock;
  readonly #tracker: UnmatchedTimes;
  readonly #beforeMs: number;
  readonly #afterMs: number;
  readonly #emitIntervalMs: number;

  constructor(context: OperatorContext, settings: StreamJoinSideSettings) {
    this.#context = context;
    this.#settings = settings;
    const { joiner } = settings;
    this.#joiner = settings.side === 'left' ? joiner : (own, found, key) => joiner(found, own, key);
    this.#store = context.store<JoinState<unknown, unknown>>(settings.storeName);
    const { outerStore, windows, side } = settings;
    this.#unmatched =
      outerStore === undefined ? undefined : context.store<OuterJoinState<unknown>>(outerStore);
    this.#clock = context.clock(`${settings.trackerId}/join`);
    this.#tracker = context.shared(settings.trackerId, () => new UnmatchedTimes());
    this.#beforeMs = side === 'left' ? windows.beforeMs : windows.afterMs;
    this.#afterMs = side === 'left' ? windows.afterMs : windows.beforeMs;
    this.#emitIntervalMs = operatorSetting(context, EMIT_INTERVAL);
  }

  prefetch(keyText: string, timestamp: number): void {
    this.#store.prefetch(keyText, this.#rangeOf(timestamp));
  }

  load(record: AnyRecord): Promise<void> | undefined {
    const { key, value, timestamp } = record;
    if (key == null || value == null) return undefined;
    const loading = this.#store.load(key, this.#rangeOf(timestamp));
    const unmatched = this.#unmatched;
    if (unmatched === undefined || !unmatched.hasSpilled) return loading;
    return loading
      ? loading.then(() => this.#loadUnmatched(unmatched, record))
      : this.#loadUnmatched(unmatched, record);
  }

  /** Brings into memory what a record may take away from the unmatched, or add to. */
  #loadUnmatched(
    unmatched: OuterJoinState<unknown>,
    { key, timestamp }: AnyRecord,
  ): Promise<void> | undefined {
    const side = this.#otherSide();
    const waiting = [unmatched.load({ key, timestamp, side: this.#settings.side })];
    for (const match of this.#store.fetch(key, this.#rangeOf(timestamp)))
      waiting.push(unmatched.load({ key, timestamp: match.timestamp, side }));
    const reading = waiting.filter((each) => each !== undefined);
    return reading.length === 0 ? undefined : Promise.all(reading).then(() => undefined);
  }

  process(record: AnyRecord): void | Promise<void> {
    const { key, value, timestamp } = record;
    const { outer } = this.#settings;
    const joiner = this.#joiner;
    const now = this.#clock.observe(timestamp);
    if (key == null || value == null) {
      if (outer && value != null) this.#emit(record, joiner(value, null, key), timestamp);
      else this.#context.dropped(key == null ? 'null-key' : 'null-value');
      return;
    }
    if (this.#unmatched && timestamp === now) {
      const emitting = this.#emitUnmatched(this.#unmatched, record.headers);
      if (emitting) return emitting.then(() => this.#join(record, now));
    }
    this.#join(record, now);
  }

  #join(record: AnyRecord, now: number): void {
    const { key, value, timestamp } = record;
    const { outer } = this.#settings;
    const joiner = this.#joiner;
    const tracker = this.#tracker;
    const range = this.#rangeOf(timestamp);
    const matches = this.#store.fetch(key, range);
    for (const match of matches) {
      this.#unmatched?.remove({ key, timestamp: match.timestamp, side: this.#otherSide() });
      this.#emit(record, joiner(value, match.value, key), Math.max(timestamp, match.timestamp));
    }
    if (!outer || matches.length > 0) return;
    if (!this.#unmatched || range.toMs < now) {
      this.#emit(record, joiner(value, null, key), timestamp);
    } else {
      tracker.timeMin = Math.min(tracker.timeMin ?? this.#unmatched.timeMin, timestamp);
      this.#unmatched.add({ key, timestamp, side: this.#settings.side }, value);
    }
  }

  #emit(record: AnyRecord, value: unknown, timestamp: number): void {
    const joined = settled(value, 'the joiner');
    this.#context.forward(new StreamRecord(record.key, joined, timestamp, record.headers));
  }

  /** The side that comes first asks for both: either emits the unmatched of the other, too. */
  dueMs(): number {
    if (!this.#unmatched || this.#settings.side === 'right') return Number.POSITIVE_INFINITY;
    const { gracePeriodMs } = this.#settings.windows;
    const timeMin = (this.#tracker.timeMin ??= this.#unmatched.timeMin);
    return timeMin + Math.min(this.#beforeMs, this.#afterMs) + gracePeriodMs + 1;
  }

  onTime(timeMs: number): void | Promise<void> {
    this.#clock.observe(timeMs);
    if (this.#unmatched) return this.#emitUnmatched(this.#unmatched, NO_HEADERS);
  }

  /** Emits the unmatched whose window has closed, by time, side and key, at most once an interval of wall-clock time. */
  #emitUnmatched(unmatched: OuterJoinState<unknown>, headers: readonly Header[]): void | Promise<void> {
    const tracker = this.#tracker;
    const { gracePeriodMs } = this.#settings.windows;
    tracker.timeMin ??= unmatched.timeMin;
    if (tracker.timeMin + this.#afterMs + gracePeriodMs >= this.#clock.nowMs) return;
    const now = this.#context.wallClockMs();
    if (now < tracker.nextEmitMs) return;
    tracker.nextEmitMs = now + this.#emitIntervalMs;
    tracker.timeMin = Number.POSITIVE_INFINITY;
    return this.#emitClosed(unmatched, headers);
  }

  /** Answers a promise where a page of them has to be waited for. */
  #emitClosed(unmatched: OuterJoinState<unknown>, headers: readonly Header[]): void | Promise<void> {
    const tracker = this.#tracker;
    for (;;) {
      const reading = unmatched.loadFirst();
      if (reading) return reading.then(() => this.#emitClosed(unmatched, headers));
      const closed = this.#firstClosed(unmatched);
      if (closed === undefined) break;
      const { key, timestamp, side, values } = closed;
      tracker.timeMin = timestamp;
      const own = side === this.#settings.side;
      for (const waiting of values) {
        const joined = own ? this.#joiner(waiting, null, key) : this.#joiner(null, waiting, key);
        const value = settled(joined, 'the joiner');
        this.#context.forward(new StreamRecord(key, value, timestamp, headers));
      }
      unmatched.remove(closed);
    }
    const behind = unmatched.timeBehindFirsts();
    if (behind instanceof Promise) return behind.then((timeMs) => this.#noteLookedAt(timeMs));
    this.#noteLookedAt(behind);
  }

  /** The first entry of both sides whose window has closed. Left comes after right. */
  #firstClosed(unmatched: OuterJoinState<unknown>): Unmatched<unknown> | undefined {
    const { gracePeriodMs, beforeMs, afterMs } = this.#settings.windows;
    const isClosed = (entry: Unmatched<unknown> | undefined, lookBackMs: number): boolean =>
      entry !== undefined && entry.timestamp + lookBackMs + gracePeriodMs < this.#clock.nowMs;
    const [left, right] = [unmatched.first('left'), unmatched.first('right')];
    if (!isClosed(left, afterMs)) return isClosed(right, beforeMs) ? right : undefined;
    if (left === undefined || right === undefined || !isClosed(right, beforeMs)) return left;
    return left.timestamp < right.timestamp ? left : right;
  }

  /**
   * As in Kafka Streams, a look goes on to the entry behind the first open ones of both sides, or to the last of all, and the next one
   * waits until that has closed.
   */
  #noteLookedAt(timeMs: number | undefined): void {
    const tracker = this.#tracker;
    if (timeMs === undefined) return;
    tracker.timeMin =
      tracker.timeMin === Number.POSITIVE_INFINITY ? timeMs : Math.max(tracker.timeMin ?? 0, timeMs);
  }

  #otherSide(): JoinSide {
    return this.#settings.side === 'left' ? 'right' : 'left';
  }

  #rangeOf(timestamp: number): { readonly fromMs: number; readonly toMs: number } {
    return { fromMs: Math.max(0, timestamp - this.#beforeMs), toMs: Math.max(0, timestamp + this.#afterMs) };
  }
}
