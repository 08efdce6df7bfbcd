import { mustStop } from '../../base/assert.ts';
import type { SharedRecords } from '../../client/consumer/shared-records.ts';
import { isEventTime, nearestEventTime, wrongEventTime } from '../event-time.ts';
import { settled } from '../operators/user-answers.ts';
import { StreamRecord } from '../record.ts';
import type { SourceRecord } from '../timestamp-extractor.ts';
import { type FailureContext, StreamsFailure } from './failures.ts';
import type { InputRecord, Queued, RecordQueue } from './record-queue.ts';
import type { TaskFailures } from './task-failures.ts';

/** Reads records as they come in: key, value and time, and what the stores will need for them. */
export class RecordDeserializer {
  readonly #failures: TaskFailures;

  constructor(failures: TaskFailures) {
    this.#failures = failures;
  }

  /** @param shared the same records, where the tasks of others read them, too. */
  addAll(queue: RecordQueue, records: Iterable<InputRecord>, shared?: SharedRecords): void {
    queue.keys.begin(shared);
    queue.values.begin(shared);
    const read = shared && queue.readColumn(shared);
    let index = 0;
    for (const input of records) {
      const at = (shared?.first ?? 0) + index;
      const item = read?.[at] ?? this.#read(queue, input, index);
      // What is of this task alone stays with it: a record that it has to drop, or to fail at, when its turn comes.
      if (read !== undefined && item.record !== undefined) read[at] = item;
      this.#queue(queue, input, item);
      index++;
    }
    // What others read of them is not kept for longer than they are.
    queue.keys.begin(undefined);
    queue.values.begin(undefined);
  }

  #queue(queue: RecordQueue, { key }: InputRecord, item: Queued): void {
    const { timestamp, record } = item;
    if (record !== undefined) {
      if (timestamp > queue.queuedTime) queue.queuedTime = timestamp;
      const { prefetches } = queue.source;
      if (key !== null && prefetches.length > 0) {
        const text = queue.keyText(key, record.key);
        for (let i = 0; i < prefetches.length; i++) prefetches[i]?.prefetch?.(text, timestamp);
      }
    }
    queue.push(item);
  }

  /**
   * Reads a record. What cannot be read is dealt with when its turn has come, as in Kafka Streams, which reads no record
   * before: whatever came before it is processed by then.
   */
  #read(queue: RecordQueue, input: InputRecord, index: number): Queued {
    const { topic, partition } = queue;
    const { offset, headers } = input;
    let key: unknown = null;
    let value: unknown = null;
    try {
      key = queue.keys.read(input.key, headers, index);
      value = queue.values.read(input.value, headers, index);
    } catch (error) {
      if (mustStop(error)) throw error;
      const context = this.#contextOf(queue, input);
      return skipped(queue, offset, () => this.#failures.handle('deserialization', error, context));
    }
    const recorded = nearestEventTime(input.timestamp);
    const timestamp =
      queue.usesOwnTime && recorded >= 0
        ? recorded
        : this.#timeOf(queue, { topic, partition, offset, timestamp: recorded, key, value, headers });
    if (typeof timestamp !== 'number') return timestamp;
    const record = new StreamRecord(key, value, timestamp, headers);
    return { offset, timestamp, record, onTurn: undefined, origin: undefined };
  }

  /** @returns what is queued instead of a record that is passed over, or not to be processed, for its time. */
  #timeOf(queue: RecordQueue, source: SourceRecord<unknown, unknown>): number | Queued {
    const { topic, partition, offset } = source;
    try {
      const timestamp = extractedTime(queue, source);
      if (timestamp >= 0) return timestamp;
    } catch (error) {
      if (mustStop(error)) throw error;
      const failure = new StreamsFailure('processing', this.#contextOf(queue, source), error);
      // No handler is asked to forgive what an extractor throws, as in Kafka Streams.
      return skipped(queue, offset, () => {
        throw failure;
      });
    }
    const { taskId } = this.#failures;
    const nodeName = queue.source.node.name;
    this.#failures.drop('invalid-timestamp', () => ({ topic, partition, offset, taskId, nodeName }));
    return skipped(queue, offset);
  }

  #contextOf(queue: RecordQueue, record: InputRecord | SourceRecord<unknown, unknown>): FailureContext {
    const { topic, partition, source } = queue;
    const { offset, key, value, timestamp, headers } = record;
    const { taskId } = this.#failures;
    return {
      topic,
      partition,
      offset,
      taskId,
      nodeName: source.node.name,
      sink: undefined,
      record: { key, value, timestamp, headers },
    };
  }
}

function extractedTime(queue: RecordQueue, record: SourceRecord<unknown, unknown>): number {
  const timestamp: unknown = queue.source.node.timestampExtractor(record, queue.queuedTime);
  if (isEventTime(timestamp)) return timestamp;
  const giver = 'the timestamp extractor';
  throw wrongEventTime(giver, settled(timestamp, giver, 'arrival'), 'answer -1 to drop the record');
}

/** The offset of a record that is not processed is committed all the same. */
function skipped({ queuedTime: timestamp }: RecordQueue, offset: number, onTurn?: () => void): Queued {
  return { offset, timestamp, record: undefined, onTurn, origin: undefined };
}
