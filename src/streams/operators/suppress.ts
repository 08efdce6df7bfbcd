import { StreamRecord } from '../record.ts';
import type { BufferState } from '../state/states.ts';
import { type NodeFactory, operatorNode } from './operator-node.ts';
import { Change } from '../change.ts';
import type { Windowed } from '../windows/windowed.ts';
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

/** A table that waits for windows to close is windowed, and so are its keys. */
function windowEnd(key: unknown): number {
  return (key as Windowed<unknown>).window.endMs;
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

  process(record: StreamRecord<K, Change<V>>): void {
    const { key, value, timestamp, headers } = record;
    const { timeOf, recordsMax, bytesMax, whenFull } = this.#settings;
    this.#clock.observe(timestamp);
    const waiting = this.#buffer.get(key);
    const time = waiting?.time ?? (timeOf === 'window-end' ? windowEnd(key) : timestamp);
    // The old value is the one before the first change that is held back.
    const change = waiting ? new Change(value.newValue, waiting.value.oldValue, value.isLatest) : value;
    const { topic, partition, offset } = this.#context.record;
    this.#buffer.put({ key, value: change, time, timestamp, headers, topic, partition, offset });

    this.#emitDue();
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

  dueMs(): number {
    return this.#buffer.timeMin + this.#settings.waitMs;
  }

  get tellsFinal(): boolean {
    return this.#settings.timeOf === 'window-end';
  }

  onTime(timeMs: number): void {
    this.#clock.observe(timeMs);
    this.#emitDue();
  }

  #emitDue(): void {
    while (this.dueMs() <= this.#clock.nowMs) this.#emitFirst();
  }

  #emitFirst(): void {
    const first = this.#buffer.take();
    if (!first || (first.value.newValue === null && this.#settings.dropTombstones)) return;
    this.#context.forward(new StreamRecord(first.key, first.value, first.timestamp, first.headers));
  }
}
