import type { Erased } from '../erased.ts';
import type { ValueJoiner } from '../functions.ts';
import { type AnyRecord, StreamRecord } from '../record.ts';
import type { JoinState } from '../state/states.ts';
import type { JoinWindows } from '../windows/join-windows.ts';
import { type NodeFactory, operatorNode } from './operator-node.ts';
import type { Operator, OperatorContext } from './operator.ts';
import { settled } from './user-answers.ts';

export interface StreamSelfJoinSettings {
  readonly type: 'stream-self-join';
  readonly storeName: string;
  /** Records without a match on the left side, or on either, have a result too. */
  readonly join: 'inner' | 'left' | 'outer';
  readonly windows: JoinWindows;
  readonly joiner: Erased<ValueJoiner<unknown, unknown, unknown, unknown>>;
}

/**
 * A join of a stream with itself (KIP-862). Its results, and their order, are those of the two sides of a join: a record
 * meets the earlier ones as the left side, is kept, and then meets all, itself too, as the right side. A record that
 * waits for a match finds itself, so that nothing has to wait: what has no match is late, or has no key.
 */
export function joinWithItself(settings: StreamSelfJoinSettings): NodeFactory {
  return operatorNode((context) => new StreamSelfJoin(context, settings), { keepsKey: true });
}

class StreamSelfJoin implements Operator {
  readonly #context: OperatorContext;
  readonly #settings: StreamSelfJoinSettings;
  readonly #store: JoinState<unknown, unknown>;

  #streamTime = -1;

  constructor(context: OperatorContext, settings: StreamSelfJoinSettings) {
    this.#context = context;
    this.#settings = settings;
    this.#store = context.store<JoinState<unknown, unknown>>(settings.storeName);
  }

  prefetch(keyText: string, timestamp: number): void {
    this.#store.prefetch(keyText, this.#bothRanges(timestamp));
  }

  load({ key, value, timestamp }: AnyRecord): Promise<void> | undefined {
    if (key == null || value == null) return undefined;
    return this.#store.load(key, this.#bothRanges(timestamp));
  }

  process(record: AnyRecord): void {
    const { key, value, timestamp } = record;
    const { joiner, join, windows } = this.#settings;
    this.#streamTime = Math.max(this.#streamTime, timestamp);
    if (key == null || value == null) {
      if (value == null || join === 'inner') this.#context.dropped(key == null ? 'null-key' : 'null-value');
      else this.#emitUnmatched(record);
      return;
    }
    const { beforeMs, afterMs } = windows;
    const earlier = this.#store.fetch(key, rangeAround(timestamp, beforeMs, afterMs));
    for (const match of earlier) this.#emit(record, joiner(value, match.value, key), match.timestamp);
    const isLate = windows.eager || timestamp + afterMs < this.#streamTime;
    if (earlier.length === 0 && join !== 'inner' && isLate)
      this.#emit(record, joiner(value, null, key), timestamp);

    if (!this.#store.put(key, value, timestamp)) this.#context.dropped('expired-store');
    const all = this.#store.fetch(key, rangeAround(timestamp, afterMs, beforeMs));
    for (const match of all) this.#emit(record, joiner(match.value, value, key), match.timestamp);
    if (all.length === 0 && join === 'outer') this.#emit(record, joiner(null, value, key), timestamp);
  }

  /** A record without a key is on neither side of any match. */
  #emitUnmatched(record: AnyRecord): void {
    const { key, value, timestamp } = record;
    const { joiner, join } = this.#settings;
    this.#emit(record, joiner(value, null, key), timestamp);
    if (join === 'outer') this.#emit(record, joiner(null, value, key), timestamp);
  }

  #emit(record: AnyRecord, value: unknown, otherTimestamp: number): void {
    const joined = settled(value, 'the joiner');
    const timestamp = Math.max(record.timestamp, otherTimestamp);
    this.#context.forward(new StreamRecord(record.key, joined, timestamp, record.headers));
  }

  #bothRanges(timestamp: number): { readonly fromMs: number; readonly toMs: number } {
    const { beforeMs, afterMs } = this.#settings.windows;
    // It is kept at its own time, which lies outside of windows that begin or end elsewhere.
    const widest = Math.max(beforeMs, afterMs, 0);
    return rangeAround(timestamp, widest, widest);
  }
}

function rangeAround(
  timestamp: number,
  beforeMs: number,
  afterMs: number,
): { readonly fromMs: number; readonly toMs: number } {
  return { fromMs: Math.max(0, timestamp - beforeMs), toMs: Math.max(0, timestamp + afterMs) };
}
