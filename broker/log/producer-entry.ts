/** How many of a producer's last batches are remembered to recognise duplicates: Kafka's fixed number. */
const BATCHES_REMEMBERED = 5;

const NO_SEQUENCE = -1;
export const NO_PRODUCER_EPOCH = -1;
const SEQUENCE_MODULUS = 2 ** 31;

/** One appended batch of an idempotent producer. */
export interface ProducerBatch {
  lastSequence: number;
  lastOffset: number;
  /** Records in the batch minus one. */
  offsetDelta: number;
  timestamp: number;
}

/** What a partition knows of one producer (KIP-98): epoch, last batches, open transaction. */
export class ProducerEntry {
  readonly producerId: number;
  producerEpoch = NO_PRODUCER_EPOCH;
  coordinatorEpoch = -1;
  /** Of the last batch or marker; expiry counts from here. */
  lastTimestamp = -1;
  /** Where the open transaction began, -1 when none is open. */
  currentTxnFirstOffset = -1;
  /** Oldest first, at most {@link BATCHES_REMEMBERED}. */
  readonly batches: ProducerBatch[] = [];

  constructor(producerId: number) {
    this.producerId = producerId;
  }

  get lastSequence(): number {
    return this.batches.at(-1)?.lastSequence ?? NO_SEQUENCE;
  }

  get lastOffset(): number {
    return this.batches.at(-1)?.lastOffset ?? -1;
  }

  get lastOffsetDelta(): number {
    return this.batches.at(-1)?.offsetDelta ?? 0;
  }

  /** The remembered batch with exactly these sequences in this epoch: the new one is a duplicate of it. */
  findDuplicate(epoch: number, firstSequence: number, lastSequence: number): ProducerBatch | undefined {
    if (epoch !== this.producerEpoch) return undefined;
    for (const batch of this.batches) {
      if (batch.lastSequence === lastSequence && firstSequenceOf(batch) === firstSequence) return batch;
    }
    return undefined;
  }

  /** A new epoch forgets the batches of the old one. */
  moveToEpoch(epoch: number): void {
    if (epoch === this.producerEpoch) return;
    this.producerEpoch = epoch;
    this.batches.length = 0;
  }

  addBatch(lastSequence: number, lastOffset: number, offsetDelta: number, timestamp: number): void {
    // The oldest of five is written over: a busy producer costs no garbage.
    const full = this.batches.length === BATCHES_REMEMBERED ? this.batches.shift() : undefined;
    const batch = full ?? { lastSequence, lastOffset, offsetDelta, timestamp };
    batch.lastSequence = lastSequence;
    batch.lastOffset = lastOffset;
    batch.offsetDelta = offsetDelta;
    batch.timestamp = timestamp;
    this.batches.push(batch);
    this.lastTimestamp = timestamp;
  }
}

/** Sequences wrap from 2^31 - 1 to 0. */
export function sequenceAfter(sequence: number, increment: number): number {
  return (sequence + increment) % SEQUENCE_MODULUS;
}

function firstSequenceOf(batch: ProducerBatch): number {
  return (batch.lastSequence - batch.offsetDelta + SEQUENCE_MODULUS) % SEQUENCE_MODULUS;
}

/** Whether `next` follows `last`; nothing (-1) is followed by 0 only. */
export function isNextSequence(last: number, next: number): boolean {
  return next === (last === NO_SEQUENCE ? 0 : sequenceAfter(last, 1));
}
