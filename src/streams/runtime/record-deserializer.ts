import { mustStop } from '../../base/assert.ts';
import type { SharedRecords } from '../../client/consumer/shared-records.ts';
import { isEventTime, nearestEventTime, wrongEventTime } from '../event-time.ts';
import { settled } from '../operators/user-answers.ts';
import { StreamRecord } from '../record.ts';
import type { SourceRecord } from '../timestamp-extractor.ts';
import { type FailureContext, StreamsFailure } from './failures.ts';
import type { InputRecord, RecordQueue } from './record-queue.ts';
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
    let index = 0;
    for (const input of records) this.#add(queue, input, index++);
    // What others read of them is not kept for longer than they are.
    queue.keys.begin(undefined);
    queue.values.begin(undefined);
  }

  /**
   * Queues a record. What cannot be read is dealt with when its turn has come, as in Kafka Streams, which reads no record
   * before: whatever came before it is processed by then.
   */
  #add(queue: RecordQueue, input: InputRecord, index: number): void {
    const { prefetches } = queue.source;
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
      skip(queue, offset, () => this.#failures.handle('deserialization', error, context));
      return;
    }
    const recorded = nearestEventTime(input.timestamp);
    const source = { topic, partition, offset, timestamp: recorded, key, value, headers };
    const timestamp = this.#timeOf(queue, source);
    if (timestamp === undefined) return;
    queue.queuedTime = Math.max(queue.queuedTime, timestamp);
    if (input.key !== null) {
      for (let i = 0; i < prefetches.length; i++) prefetches[i]?.prefetch?.(input.key, timestamp);
    }
    const record = new StreamRecord(key, value, timestamp, headers);
    queue.push({ offset, timestamp, record, onTurn: undefined });
  }

  /** Answers undefined for a record that is passed over, or not to be processed, for its time. */
  #timeOf(queue: RecordQueue, source: SourceRecord<unknown, unknown>): number | undefined {
    const { topic, partition, offset } = source;
    try {
      const timestamp = extractedTime(queue, source);
      if (timestamp >= 0) return timestamp;
    } catch (error) {
      if (mustStop(error)) throw error;
      const failure = new StreamsFailure('processing', this.#contextOf(queue, source), error);
      // No handler is asked to forgive what an extractor throws, as in Kafka Streams.
      skip(queue, offset, () => {
        throw failure;
      });
      return undefined;
    }
    const { taskId } = this.#failures;
    const nodeName = queue.source.node.name;
    this.#failures.drop('invalid-timestamp', () => ({ topic, partition, offset, taskId, nodeName }));
    skip(queue, offset);
    return undefined;
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
function skip(queue: RecordQueue, offset: number, onTurn?: () => void): void {
  queue.push({ offset, timestamp: queue.queuedTime, record: undefined, onTurn });
}
