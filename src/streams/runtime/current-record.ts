import type { TopicPartition } from '../../client/types.ts';
import { type AnyRecord, NO_HEADERS, type Header, type RecordContext } from '../record.ts';
import type { RecordOrigin } from '../state/managed-store.ts';
import type { Queued } from './record-queue.ts';

/** The {@link RecordContext} of a task: one object, rewritten for every record. */
export class CurrentRecord implements RecordContext {
  topic = '';
  partition = -1;
  offset = -1;
  timestamp = -1;
  headers: readonly Header[] = NO_HEADERS;
  /** The record of the topic, as it was read; undefined where what is in flight comes from none, or from one of before. */
  input: AnyRecord | undefined = undefined;
  #queued: Queued | undefined;
  #origin: RecordOrigin | undefined;

  /** A record of a topic is in flight; the executor adds its time and headers. */
  begin({ topic, partition }: TopicPartition, queued: Queued): void {
    this.topic = topic;
    this.partition = partition;
    this.offset = queued.offset;
    this.input = queued.record;
    this.#queued = queued;
    this.#origin = queued.origin;
  }

  /** What is forwarded now came from there. */
  resume(origin: RecordOrigin): void {
    this.topic = origin.topic;
    this.partition = origin.partition;
    this.offset = origin.offset;
    this.headers = origin.headers;
    this.input = undefined;
    this.#queued = undefined;
  }

  /** The time and headers of the record in flight. */
  enter({ timestamp, headers }: Pick<RecordContext, 'timestamp' | 'headers'>): void {
    this.timestamp = timestamp;
    this.headers = headers;
  }

  /** Nothing is in flight that came from a topic. */
  clear(timestamp: number): void {
    this.topic = '';
    this.partition = -1;
    this.offset = -1;
    this.timestamp = timestamp;
    this.headers = NO_HEADERS;
    this.input = undefined;
    this.#queued = undefined;
    this.#origin = undefined;
  }

  /** A copy to be kept, one for all who ask during a record, in other applications too, until a processor gives it other headers. */
  origin(): RecordOrigin {
    const { topic, partition, offset, headers } = this;
    if (this.#origin?.headers !== headers) {
      this.#origin = { topic, partition, offset, headers };
      if (this.#queued?.record?.headers === headers) this.#queued.origin = this.#origin;
    }
    return this.#origin;
  }
}
