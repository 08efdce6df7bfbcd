import type { Violate } from './violation.ts';

/** One record as it was handed to a producer; `id` is its value and says who sent it, where and when. */
export interface SentRecord {
  readonly id: string;
  readonly producer: number;
  readonly partition: number;
  /** Grows by one per producer and partition. */
  readonly sequence: number;
}

/** By partition, the offset after the last one that a client was told of. */
export class CommittedEnds {
  readonly #ends = new Map<number, number>();
  /** Grows with every change. */
  version = 0;

  advance(partition: number, end: number): void {
    if (end <= this.of(partition)) return;
    this.#ends.set(partition, end);
    this.version++;
  }

  of(partition: number): number {
    return this.#ends.get(partition) ?? 0;
  }

  entries(): Iterable<readonly [partition: number, end: number]> {
    return this.#ends.entries();
  }
}

/** What the clients were told, which the cluster has to stand by. */
export class History {
  readonly sent = new Map<string, SentRecord>();
  /** Ids, by partition and offset. */
  readonly acknowledged = new Map<number, Map<number, string>>();
  /** What consumers were given, by partition and offset. */
  readonly read = new Map<number, Map<number, string>>();
  /** Ids that were acknowledged without an offset: the broker knew that they were written, and no more where. */
  readonly acknowledgedSomewhere = new Set<string>();
  acknowledgedCount = 0;
  failedCount = 0;
  readCount = 0;
  /** By partition, the offset after the last one that a client was told of: what is before is committed. */
  readonly committedEnds = new CommittedEnds();
  readonly #violate: Violate;

  constructor(violate: Violate) {
    this.#violate = violate;
  }

  onSent(record: SentRecord): void {
    this.sent.set(record.id, record);
  }

  onAcknowledged(record: SentRecord, offset: number): void {
    this.acknowledgedCount++;
    if (offset < 0) {
      this.acknowledgedSomewhere.add(record.id);
      return;
    }
    const ids = inner(this.acknowledged, record.partition);
    const other = ids.get(offset);
    if (other !== undefined) {
      this.#violate('offset-twice', `${record.id} was acknowledged at offset ${offset}, where ${other} is`);
    }
    ids.set(offset, record.id);
    this.#onCommitted(record.partition, offset);
  }

  onFailed(): void {
    this.failedCount++;
  }

  /** A committed record is what it is: nobody is ever given another one at its offset. */
  onRead(partition: number, offset: number, id: string): void {
    const ids = inner(this.read, partition);
    const before = ids.get(offset);
    this.readCount++;
    this.#onCommitted(partition, offset);
    if (before === undefined) ids.set(offset, id);
    else if (before !== id) {
      this.#violate(
        'read-differs',
        `offset ${offset} of partition ${partition} was read as ${before} and then as ${id}`,
      );
    }
  }

  #onCommitted(partition: number, offset: number): void {
    this.committedEnds.advance(partition, offset + 1);
  }
}

function inner<V>(map: Map<number, Map<number, V>>, key: number): Map<number, V> {
  let found = map.get(key);
  if (found === undefined) {
    found = new Map();
    map.set(key, found);
  }
  return found;
}
