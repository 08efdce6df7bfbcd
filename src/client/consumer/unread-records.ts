import type { RecordIterator } from '../../protocol/records/decode-batch.ts';
import type { ConsumerRecord, FetchedRecords } from '../types.ts';
import { corruptionOf } from './partition-chunk.ts';

/** Reads one record after the other in its place; the record is there until the next one is read. */
type RecordReader = Pick<
  RecordIterator,
  'bytes' | 'keyStart' | 'keyLength' | 'valueStart' | 'valueLength' | 'timestamp' | 'offset'
>;

/** What the records of a poll that nobody has read yet lie in: whole batches. */
interface UnreadBatches {
  readonly iterators: readonly RecordIterator[];
  /** The first offset that is wanted. */
  readonly fromOffset: number;
}

/**
 * The records of one poll of a consumer that leaves them to whoever wants them: to be read once, in their place, or as objects.
 * The consumer's position is behind them already, wherever reading them fails.
 */
export class UnreadRecords implements FetchedRecords {
  readonly topic: string;
  readonly partition: number;
  readonly highWatermark: number;
  readonly leaderEpoch: number;
  readonly nextOffset: number;
  /** How many there are, by what their batches say. */
  readonly count: number;
  readonly #batches: UnreadBatches;
  #records: readonly ConsumerRecord[] | undefined;

  constructor(fetched: Omit<FetchedRecords, 'records'>, batches: UnreadBatches) {
    this.topic = fetched.topic;
    this.partition = fetched.partition;
    this.highWatermark = fetched.highWatermark;
    this.leaderEpoch = fetched.leaderEpoch;
    this.nextOffset = fetched.nextOffset;
    this.count = countOf(batches.iterators);
    this.#batches = batches;
  }

  /** @throws {OperationalError} `CORRUPT_RECORD` */
  get records(): readonly ConsumerRecord[] {
    if (this.#records !== undefined) return this.#records;
    const records: ConsumerRecord[] = [];
    this.#each((iterator) => records.push(iterator.record()));
    this.#records = records;
    return records;
  }

  /**
   * Reads all of them, without an object for each; may be called once.
   * @returns how many there were.
   * @throws {OperationalError} `CORRUPT_RECORD`
   */
  read(visit: (record: RecordReader) => void): number {
    return this.#each(visit);
  }

  #each(visit: (iterator: RecordIterator) => void): number {
    const { iterators, fromOffset } = this.#batches;
    let count = 0;
    for (const iterator of iterators) {
      while (this.#next(iterator)) {
        // A fetch answers with whole batches.
        if (iterator.offset < fromOffset) continue;
        visit(iterator);
        count++;
      }
    }
    return count;
  }

  #next(iterator: RecordIterator): boolean {
    try {
      return iterator.next();
    } catch (error) {
      throw corruptionOf(this, iterator.offset + 1, error);
    }
  }
}

/** How many records iterators have still to read. */
export function countOf(iterators: readonly RecordIterator[]): number {
  return iterators.reduce((sum, { left }) => sum + left, 0);
}
