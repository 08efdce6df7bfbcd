import { mustStop } from '../../base/assert.ts';
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

  /** Queues a record; of one that cannot be read, only its offset. */
  add(queue: RecordQueue, input: InputRecord): void {
    const { node, prefetches } = queue.source;
    const { topic, partition } = queue;
    const { offset, headers } = input;
    let key: unknown = null;
    let value: unknown = null;
    try {
      if (input.key !== null)
        key = settled(node.keySerde.deserialize(topic, input.key, headers), 'the serde of the key', 'serde');
      if (input.value !== null)
        value = settled(
          node.valueSerde.deserialize(topic, input.value, headers),
          'the serde of the value',
          'serde',
        );
    } catch (error) {
      this.#failures.handle('deserialization', error, this.#contextOf(queue, input));
      skip(queue, offset);
      return;
    }
    const recorded = nearestEventTime(input.timestamp);
    const source = { topic, partition, offset, timestamp: recorded, key, value, headers };
    const timestamp = this.#extractTime(queue, source);
    if (timestamp < 0) {
      const { taskId } = this.#failures;
      this.#failures.drop('invalid-timestamp', () => ({
        topic,
        partition,
        offset,
        taskId,
        nodeName: node.name,
      }));
      skip(queue, offset);
      return;
    }
    queue.queuedTime = Math.max(queue.queuedTime, timestamp);
    if (input.key !== null) {
      for (let i = 0; i < prefetches.length; i++) prefetches[i]?.prefetch?.(input.key, timestamp);
    }
    const record = new StreamRecord(key, value, timestamp, headers);
    queue.push({ offset, timestamp, keyBytes: input.key, record });
  }

  /** Asks the extractor; no handler is asked to forgive what it throws, as in Kafka Streams. */
  #extractTime(queue: RecordQueue, record: SourceRecord<unknown, unknown>): number {
    const { node } = queue.source;
    try {
      const timestamp: unknown = node.timestampExtractor(record, queue.queuedTime);
      if (isEventTime(timestamp)) return timestamp;
      const giver = 'the timestamp extractor';
      throw wrongEventTime(giver, settled(timestamp, giver, 'arrival'), 'answer -1 to drop the record');
    } catch (error) {
      if (mustStop(error)) throw error;
      throw new StreamsFailure('processing', this.#contextOf(queue, record), error);
    }
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

/** The offset of a record that is not processed is committed all the same. */
function skip(queue: RecordQueue, offset: number): void {
  queue.push({ offset, timestamp: queue.queuedTime, keyBytes: null, record: undefined });
}
