import type { Erased } from '../erased.ts';
import type { ValueJoiner } from '../functions.ts';
import { type AnyRecord, type Header, NO_HEADERS, StreamRecord } from '../record.ts';
import type { JoinSide, JoinState, OuterJoinState } from '../state/states.ts';
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
    if (record.key == null || record.value == null) return undefined;
    return this.#store.load(record.key, this.#rangeOf(record.timestamp));
  }

  process(record: AnyRecord): void {
    const { key, value, timestamp } = record;
    const { outer } = this.#settings;
    const joiner = this.#joiner;
    const tracker = this.#tracker;
    const now = this.#clock.observe(timestamp);
    if (key == null || value == null) {
      if (outer && value != null) this.#emit(record, joiner(value, null, key), timestamp);
      else this.#context.dropped(key == null ? 'null-key' : 'null-value');
      return;
    }
    if (this.#unmatched && timestamp === now) this.#emitUnmatched(this.#unmatched, record.headers);

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
      tracker.timeMin = Math.min(tracker.timeMin ?? firstTimeOf(this.#unmatched), timestamp);
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
    const timeMin = (this.#tracker.timeMin ??= firstTimeOf(this.#unmatched));
    return timeMin + Math.min(this.#beforeMs, this.#afterMs) + gracePeriodMs + 1;
  }

  onTime(timeMs: number): void {
    this.#clock.observe(timeMs);
    if (this.#unmatched) this.#emitUnmatched(this.#unmatched, NO_HEADERS);
  }

  /** Emits the unmatched whose window has closed, by time, side and key, at most once an interval of wall-clock time. */
  #emitUnmatched(unmatched: OuterJoinState<unknown>, headers: readonly Header[]): void {
    const tracker = this.#tracker;
    const streamTime = this.#clock.nowMs;
    const { gracePeriodMs, beforeMs, afterMs } = this.#settings.windows;
    tracker.timeMin ??= firstTimeOf(unmatched);
    if (tracker.timeMin + this.#afterMs + gracePeriodMs >= streamTime) return;
    const now = this.#context.wallClockMs();
    if (now < tracker.nextEmitMs) return;
    tracker.nextEmitMs = now + this.#emitIntervalMs;

    tracker.timeMin = Number.POSITIVE_INFINITY;
    const emitted: { readonly key: unknown; readonly timestamp: number; readonly side: JoinSide }[] = [];
    const open = { left: false, right: false };
    for (const entry of unmatched.inOrder()) {
      tracker.timeMin = entry.timestamp;
      if (open.left && open.right) break;
      const lookBackMs = entry.side === 'left' ? afterMs : beforeMs;
      if (entry.timestamp + lookBackMs + gracePeriodMs >= streamTime) {
        open[entry.side] = true;
        continue;
      }
      const own = entry.side === this.#settings.side;
      for (const waiting of entry.values) {
        const joined = own ? this.#joiner(waiting, null, entry.key) : this.#joiner(null, waiting, entry.key);
        const value = settled(joined, 'the joiner');
        this.#context.forward(new StreamRecord(entry.key, value, entry.timestamp, headers));
      }
      emitted.push(entry);
    }
    for (const entry of emitted) unmatched.remove(entry);
  }

  #otherSide(): JoinSide {
    return this.#settings.side === 'left' ? 'right' : 'left';
  }

  #rangeOf(timestamp: number): { readonly fromMs: number; readonly toMs: number } {
    return { fromMs: Math.max(0, timestamp - this.#beforeMs), toMs: Math.max(0, timestamp + this.#afterMs) };
  }
}

function firstTimeOf(unmatched: OuterJoinState<unknown>): number {
  for (const { timestamp } of unmatched.inOrder()) return timestamp;
  return Number.POSITIVE_INFINITY;
}
