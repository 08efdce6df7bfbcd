import type { FetchedRecords, KafkaConsumer } from '../../../client/types.ts';
import type { ReadRecords, TailReader } from './tail-reader.ts';

/** How long a poll may wait; what comes ends it. */
const POLL_MS = 5_000;

interface TopicTailOptions {
  readonly topic: string;
  /** Of a consumer that has its partitions, and is where each of them ends. */
  readonly consumer: KafkaConsumer;
  /** Where that is, by partition. */
  readonly ends: readonly number[];
  /** Called when it takes no more readers. */
  readonly onClosing: () => void;
}

/**
 * Reads what is committed to a topic from its end on, once for all push queries of a thread over it: each record is fetched and
 * decoded for all of them together. It is there while anybody reads.
 */
export class TopicTail {
  readonly #options: TopicTailOptions;
  readonly #readers = new Set<TailReader>();
  /** By partition: the offset after what the readers have been told. */
  readonly #positions: number[];
  #isClosed = false;
  readonly #ended: Promise<void>;

  constructor(options: TopicTailOptions) {
    this.#options = options;
    this.#positions = [...options.ends];
    this.#ended = this.#run();
    // Whoever closes it is told.
    this.#ended.catch(() => undefined);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get positions(): readonly number[] {
    return this.#positions;
  }

  join(reader: TailReader): void {
    this.#readers.add(reader);
  }

  leave(reader: TailReader): void {
    this.#readers.delete(reader);
    this.closeUnread();
  }

  /** Ends it where nobody reads it. */
  closeUnread(): void {
    // What it fails with is told to whoever closes it.
    if (this.#readers.size === 0) this.close().catch(() => undefined);
  }

  close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#options.onClosing();
      this.#options.consumer.wakeup();
    }
    return this.#ended;
  }

  async #run(): Promise<void> {
    const { consumer } = this.#options;
    try {
      while (!this.#isClosed) {
        for (const fetched of await consumer.poll(POLL_MS)) this.#tell(fetched);
        this.#notePositions();
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      await consumer.close();
    }
  }

  #tell(fetched: FetchedRecords): void {
    const read = readRecords(fetched);
    for (const reader of this.#readers) reader.tell(read);
    this.#positions[fetched.partition] = fetched.nextOffset;
  }

  /** What is no record, as the end of a transaction is none, moves them, too. */
  #notePositions(): void {
    const { consumer, topic } = this.#options;
    for (let partition = 0; partition < this.#positions.length; partition++) {
      const position = consumer.positionNow({ topic, partition });
      if (position !== undefined) this.#positions[partition] = position;
    }
  }

  #fail(error: unknown): void {
    // Its own end wakes it up.
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#options.onClosing();
    for (const reader of [...this.#readers]) reader.fail(error);
  }
}

export function readRecords(fetched: FetchedRecords): ReadRecords {
  let bytes = 0;
  for (const { key, value } of fetched.records) bytes += (key?.length ?? 0) + (value?.length ?? 0);
  return { fetched, bytes };
}
