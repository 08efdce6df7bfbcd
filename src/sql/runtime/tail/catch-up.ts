import type { KafkaConsumer } from '../../../client/types.ts';
import type { TailReader } from './tail-reader.ts';
import { readRecords, type TopicTail } from './topic-tail.ts';

const POLL_MS = 500;

/**
 * Reads for one reader what a tail is beyond already. A partition of it is over when it is where the tail is, at the latest, in one
 * turn of the event loop: what the tail reads next is what comes next for the reader, without a gap; what of it was read here,
 * too, the reader passes over.
 */
export class CatchUp {
  readonly #consumer: KafkaConsumer;
  readonly #topic: string;
  /** Partitions that are not where the tail is. */
  readonly #behind: Set<number>;
  readonly #tail: Pick<TopicTail, 'positions'>;
  readonly #reader: TailReader;
  #isClosed = false;

  constructor(parts: {
    readonly topic: string;
    /** Of a consumer that has the partitions, and is where the reader begins. */
    readonly consumer: KafkaConsumer;
    readonly partitions: readonly number[];
    readonly tail: Pick<TopicTail, 'positions'>;
    readonly reader: TailReader;
  }) {
    this.#topic = parts.topic;
    this.#consumer = parts.consumer;
    this.#behind = new Set(parts.partitions);
    this.#tail = parts.tail;
    this.#reader = parts.reader;
  }

  /** Resolves when the reader is where the tail is, or is closed. */
  async run(): Promise<void> {
    try {
      while (this.#behind.size > 0 && !this.#isClosed) await this.#step();
    } catch (error) {
      if (!this.#isClosed) this.#reader.fail(error);
    } finally {
      await this.#consumer.close();
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#consumer.wakeup();
  }

  async #step(): Promise<void> {
    for (const fetched of await this.#consumer.poll(POLL_MS)) {
      const room = this.#reader.catchUp(readRecords(fetched));
      // Another poll would be past what the reader has: nothing is looked at before it has it all.
      if (room !== undefined) await room;
    }
    for (const partition of this.#behind) this.#follow(partition);
  }

  #follow(partition: number): void {
    const at = { topic: this.#topic, partition };
    const position = this.#consumer.positionNow(at);
    if (position === undefined || position < (this.#tail.positions[partition] ?? 0)) return;
    this.#behind.delete(partition);
    this.#consumer.pause([at]);
    this.#reader.follow(partition);
  }
}
