import type { Erased } from '../erased.ts';
import type { ValueJoiner } from '../functions.ts';
import { type AnyRecord, StreamRecord } from '../record.ts';
import type { BufferState } from '../state/states.ts';
import { type NodeFactory, operatorNode } from './operator-node.ts';
import type { Operator, OperatorContext, StreamClock } from './operator.ts';
import { type TableView, tableView, type TableViewSettings } from './table-view.ts';
import { settled } from './user-answers.ts';

export interface StreamTableJoinSettings {
  readonly type: 'stream-table-join';
  readonly view: TableViewSettings;
  readonly joiner: Erased<ValueJoiner<unknown, unknown, unknown, unknown>>;
  readonly left: boolean;
  /** Holds records back until stream time has passed theirs by the grace period, so that the table can catch up. */
  readonly buffer: { readonly storeName: string; readonly gracePeriodMs: number } | undefined;
}

/** Looks each record up in a table: as it is now, or, where the table is versioned, as it was at the record's time. */
export function joinWithTable(settings: StreamTableJoinSettings): NodeFactory {
  return operatorNode((context) => new StreamTableJoin(context, settings), { keepsKey: true });
}

class StreamTableJoin implements Operator {
  readonly #context: OperatorContext;
  readonly #rows: TableView<unknown, unknown>;
  readonly #joiner: StreamTableJoinSettings['joiner'];
  readonly #left: boolean;
  readonly #buffer: BufferState<unknown, unknown> | undefined;
  readonly #gracePeriodMs: number;
  /** Of the records that wait. */
  readonly #clock: StreamClock | undefined;

  constructor(context: OperatorContext, settings: StreamTableJoinSettings) {
    this.#context = context;
    this.#rows = tableView(settings.view, context);
    this.#joiner = settings.joiner;
    this.#left = settings.left;
    this.#buffer = settings.buffer && context.store<BufferState<unknown, unknown>>(settings.buffer.storeName);
    this.#clock = settings.buffer && context.clock(settings.buffer.storeName);
    this.#gracePeriodMs = settings.buffer?.gracePeriodMs ?? 0;
  }

  prefetch(keyText: string): void {
    this.#rows.prefetch(keyText);
  }

  load(record: AnyRecord): Promise<void> | undefined {
    return record.key == null ? undefined : this.#rows.load(record.key);
  }

  process(record: AnyRecord): void | Promise<void> {
    if (record.value == null || (record.key == null && !this.#left)) {
      this.#context.dropped(record.value == null ? 'null-value' : 'null-join-key');
      return;
    }
    if (!this.#buffer || !this.#clock || record.timestamp < this.#clock.nowMs - this.#gracePeriodMs) {
      this.#join(record);
      return;
    }
    // Only what waits moves the buffer's time on: a dropped record does not.
    const now = this.#clock.observe(record.timestamp);
    const { topic, partition, offset } = this.#context.record;
    const { key, value, timestamp, headers } = record;
    this.#buffer.put({ key, value, time: timestamp, timestamp, headers, topic, partition, offset });
    return this.#releaseDue(this.#buffer, now);
  }

  dueMs(): number {
    return this.#buffer === undefined ? Number.POSITIVE_INFINITY : this.#buffer.timeMin + this.#gracePeriodMs;
  }

  onTime(timeMs: number): void | Promise<void> {
    if (this.#buffer && this.#clock) return this.#releaseDue(this.#buffer, this.#clock.observe(timeMs));
  }

  /** Joins what has waited long enough, in order; answers a promise when a row of the table, or a page of them, must be fetched. */
  #releaseDue(buffer: BufferState<unknown, unknown>, now: number): void | Promise<void> {
    while (buffer.timeMin <= now - this.#gracePeriodMs) {
      const reading = buffer.loadFirst();
      if (reading) return reading.then(() => this.#releaseDue(buffer, now));
      const due = buffer.timeMin <= now - this.#gracePeriodMs ? buffer.take() : undefined;
      if (!due) return;
      const record = new StreamRecord(due.key, due.value, due.timestamp, due.headers);
      const waiting = due.key == null ? undefined : this.#rows.load(due.key);
      if (waiting) {
        return waiting.then(() => {
          this.#join(record);
          return this.#releaseDue(buffer, now);
        });
      }
      this.#join(record);
    }
  }

  #join(record: AnyRecord): void {
    const { key, value, timestamp, headers } = record;
    const row =
      key == null
        ? undefined
        : this.#rows.versioned
          ? this.#rows.getAsOf(key, timestamp)
          : this.#rows.get(key);
    if (!row && !this.#left) return;
    const joined = settled(this.#joiner(value, row?.value ?? null, key), 'the joiner');
    this.#context.forward(new StreamRecord(key, joined, timestamp, headers));
  }
}
