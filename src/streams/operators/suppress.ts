import { StreamRecord } from '../record.ts';
import type { BufferState } from '../state/states.ts';
import { type NodeFactory, operatorNode } from './operator-node.ts';
import { Change } from '../change.ts';
import { windowEndOf } from '../windows/windowed.ts';
import type { Operator, OperatorContext, StreamClock } from './operator.ts';

export interface SuppressSettings {
  readonly type: 'suppress';
  readonly storeName: string;
  /** How far stream time must be past an entry's time. */
  readonly waitMs: number;
  /** What is the time of an entry. */
  readonly timeOf: 'window-end' | 'record';
  /** A window's final result is never a deletion. */
  readonly dropTombstones: boolean;
  readonly recordsMax: number;
  readonly bytesMax: number;
  readonly whenFull: 'emit' | 'fail';
}

/** A buffer that had a strict limit is full (`whenFull: 'fail'`). */
export class SuppressBufferFull extends Error {
  override readonly name = 'SuppressBufferFull';
}

/**
 * Holds changes back until stream time has passed theirs. A later change of a waiting key takes the place, and keeps
 * the waiting time, of the earlier one.
 */
export function suppressRecords(settings: SuppressSettings): NodeFactory {
  return operatorNode<unknown, Change<unknown>, unknown, Change<unknown>>(
    (context) => new Suppress(context, settings),
    { keepsKey: true },
  );
}

class Suppress<K, V> implements Operator<K, Change<V>> {
  readonly #context: OperatorContext<K, Change<V>>;
  readonly #settings: SuppressSettings;
  readonly #buffer: BufferState<K, Change<V>>;
  readonly #clock: StreamClock;

  constructor(context: OperatorContext<K, Change<V>>, settings: SuppressSettings) {
    this.#context = context;
    this.#settings = settings;
    this.#clock = context.clock(settings.storeName);
    this.#buffer = context.store<BufferState<K, Change<V>>>(settings.storeName);
  }

  load(record: StreamRecord<K, Change<V>>): Promise<void> | undefined {
    return this.#buffer.load(record.key);
  }

  process(record: StreamRecord<K, Change<V>>): void | Promise<void> {
    const { key, value, timestamp, headers } = record;
    const { timeOf } = this.#settings;
    this.#clock.observe(timestamp);
    const waiting = this.#buffer.get(key);
    const time = waiting?.time ?? (timeOf === 'window-end' ? windowEndOf(key) : timestamp);
    // The old value is the one before the first change that is held back.
    const change = waiting ? new Change(value.newValue, waiting.value.oldValue, value.isLatest) : value;
    const { topic, partition, offset } = this.#context.record;
    this.#buffer.put({ key, value: change, time, timestamp, headers, topic, partition, offset });

    const emitting = this.#emitDue();
    if (emitting) return emitting.then(() => this.#emitOverflow());
    this.#emitOverflow();
  }

  dueMs(): number {
    return this.#buffer.timeMin + this.#settings.waitMs;
  }

  get tellsFinal(): boolean {
    return this.#settings.timeOf === 'window-end';
  }

  onTime(timeMs: number): void | Promise<void> {
    this.#clock.observe(timeMs);
    return this.#emitDue();
  }

  /** What the buffer has no room for. One with a limit is in memory. */
  #emitOverflow(): void {
    const { recordsMax, bytesMax, whenFull } = this.#settings;
    while (this.#buffer.recordCount > recordsMax || this.#buffer.sizeBytes > bytesMax) {
      if (whenFull === 'fail') {
        throw new SuppressBufferFull(
          `${this.#context.nodeName} holds ${this.#buffer.recordCount} records of at most ${recordsMax}, ` +
            `${this.#buffer.sizeBytes} bytes of at most ${bytesMax}`,
        );
      }
      this.#emitFirst();
    }
  }

  /** Emits what is due, page by page; a promise where a page has to be waited for. */
  #emitDue(): void | Promise<void> {
    while (this.dueMs() <= this.#clock.nowMs) {
      const loading = this.#buffer.loadFirst();
      if (loading) return loading.then(() => this.#emitDue());
      if (this.dueMs() <= this.#clock.nowMs) this.#emitFirst();
    }
  }

  #emitFirst(): void {
    const first = this.#buffer.take();
    if (!first || (first.value.newValue === null && this.#settings.dropTombstones)) return;
    this.#context.forward(new StreamRecord(first.key, first.value, first.timestamp, first.headers));
  }
}
