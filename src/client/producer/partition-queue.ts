import type { ProducerIdentity } from '../producer-identity.ts';
import type { ProducerBatch } from './producer-batch.ts';
import type { ProducerIdentities } from './producer-identities.ts';

type Identities = Pick<ProducerIdentities, 'current' | 'isOver' | 'after' | 'replaced'>;

/** Sequence numbers wrap around to 0 after 2^31 - 1. */
const SEQUENCES = 2 ** 31;

/**
 * Batches of a producer that a leader remembers per partition, to answer them again when they come again. No new batch
 * goes out that would make it forget one whose fate is open: where the leader has moved, its answer may be waited for
 * on a connection that is dead, while the new leader, which has the batch, goes on with those after it.
 */
const REMEMBERED = 5;

/** Where a batch was left out of the sequence. */
type Gap = Pick<ProducerBatch, 'id' | 'baseSequence' | 'ordinal'>;

/**
 * The batches of one partition, oldest first, and the sequence numbers that an idempotent producer gives them.
 *
 * A batch that failed and is tried again goes back to its place, so that the order of the queue is always the order in
 * which the records were sent.
 */
export class PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  /** Waiting batches. The last one may still be open for more records, see {@link open}. */
  readonly #batches: ProducerBatch[] = [];
  /** The batch that takes new records. */
  open: ProducerBatch | undefined;
  /** Batches that were sent and are not answered. */
  readonly #inFlight = new Set<ProducerBatch>();
  /** Nothing is sent before this time, after a failure. */
  retryAtMs = 0;
  /** Somebody waits for the batches up to this one: they do not linger. */
  urgentUpTo = 0;
  /** Size of the last batch that was full: how much room the next one is given at once. */
  batchBytesExpected = 0;
  #identity: ProducerIdentity | undefined;
  #nextSequence = 0;
  /** Batches that were given a number so far. */
  #ordinal = 0;
  /** Ordinal of the last batch that was acknowledged under the current identity. */
  #acknowledged = -1;
  /**
   * The leader has written something under the current identity. Before that it takes any first number: a second batch
   * that arrives where the first one was refused (a leader that does not know yet that it is one) would be let in, and
   * the first one, tried again, would come after it. So the first batch goes alone.
   */
  #isKnown = false;
  /** The sequence is broken: go on under another identity, `epoch` or a whole new `id`, once nothing is in doubt. */
  #broken: 'epoch' | 'id' | undefined;
  /** A batch was left out: those after it get the numbers from its own on, once none of them is in flight. */
  #gap: Gap | undefined;

  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
  }

  get head(): ProducerBatch | undefined {
    return this.#batches[0];
  }

  /** Whether the head can go without waiting for more records. */
  get isHeadDue(): boolean {
    const { head } = this;
    return head !== undefined && (head !== this.open || head.attempts > 0 || head.id <= this.urgentUpTo);
  }

  get length(): number {
    return this.#batches.length;
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  batches(): Iterable<ProducerBatch> {
    return this.#batches;
  }

  add(batch: ProducerBatch): void {
    this.#batches.push(batch);
    this.open = batch;
  }

  /** Takes the head out to send it. */
  take(): ProducerBatch | undefined {
    const batch = this.#batches.shift();
    if (batch === undefined) return undefined;
    if (batch === this.open) this.open = undefined;
    this.#inFlight.add(batch);
    return batch;
  }

  /** Takes a waiting batch out for good. */
  remove(batch: ProducerBatch): void {
    const index = this.#batches.indexOf(batch);
    if (index >= 0) this.#batches.splice(index, 1);
    if (batch === this.open) this.open = undefined;
    this.#inFlight.delete(batch);
  }

  /** Puts batches back where their age belongs. */
  putBack(...batches: readonly ProducerBatch[]): void {
    for (const batch of batches) {
      this.#inFlight.delete(batch);
      let index = 0;
      while (index < this.#batches.length && (this.#batches[index] as ProducerBatch).id <= batch.id) index++;
      this.#batches.splice(index, 0, batch);
    }
  }

  isInFlight(batch: ProducerBatch): boolean {
    return this.#inFlight.has(batch);
  }

  done(batch: ProducerBatch): void {
    this.#inFlight.delete(batch);
  }

  // -------------------------------------------------------------------------------------------------- idempotence

  /**
   * Gives the head its identity and sequence number, if it has none yet.
   * @returns false if the head cannot be sent now: no identity yet, or a broken sequence that waits for what is in doubt.
   */
  numberHead(identities: Identities): boolean {
    const { head } = this;
    if (head === undefined) return false;
    // The producer goes on under another identity, with every partition.
    if (head.baseSequence < 0 && this.#identity !== undefined && identities.isOver(this.#identity)) {
      this.breakSequence('epoch');
    }
    if (this.#broken !== undefined) {
      if (this.#inFlight.size > 0) return false;
      // What may have been written keeps its number and is asked about first; a new number would write it twice. What
      // is before it goes first, under its old number too: where that has not been written, nothing after it has.
      if (head.baseSequence >= 0 && this.#batches.some(({ inDoubt }) => inDoubt)) return true;
      if (!this.#restart(identities)) return false;
    }
    if (!this.#isKnown && this.#inFlight.size > 0) return false;
    if (this.#gap !== undefined) {
      if (this.#inFlight.size > 0) return false;
      this.#closeGap(this.#gap);
    }
    if (head.baseSequence >= 0) return true;
    this.#identity ??= identities.current;
    if (this.#identity === undefined) return false;
    for (const { ordinal } of this.#inFlight) if (this.#ordinal - ordinal >= REMEMBERED) return false;
    head.identity = this.#identity;
    head.ordinal = this.#ordinal++;
    head.baseSequence = this.#nextSequence;
    this.#nextSequence = (this.#nextSequence + head.count) % SEQUENCES;
    return true;
  }

  /** The leader has written a batch. */
  acknowledged(batch: ProducerBatch): void {
    if (batch.identity !== this.#identity) return;
    // By a leader that has lost what it knew of us, or it would have refused the batch: its numbers are taken.
    if (this.isAfterGap(batch)) this.breakSequence('epoch');
    this.#isKnown = true;
    this.#acknowledged = Math.max(this.#acknowledged, batch.ordinal);
  }

  /** A later batch of the sequence was acknowledged: so this one is in the log before it, and committed. */
  isWritten(batch: ProducerBatch): boolean {
    return batch.identity === this.#identity && batch.ordinal < this.#acknowledged;
  }

  /** True if an earlier batch is unanswered: then a gap before this one only means that it was overtaken. */
  hasEarlier(batch: ProducerBatch): boolean {
    for (const other of this.#inFlight) if (other.id < batch.id) return true;
    return this.#batches.some(({ id, baseSequence }) => id < batch.id && baseSequence >= 0);
  }

  /** The broker does not accept the sequence (`epoch`) or the producer id (`id`) any more. */
  breakSequence(need: 'epoch' | 'id'): void {
    if (this.#broken !== 'id') this.#broken = need;
    this.#gap = undefined;
  }

  /** The broker has not written a batch, nor then what comes after it in the sequence. */
  notWritten(batch: ProducerBatch): void {
    batch.inDoubt = false;
    for (const other of this.#batches) {
      if (other.id > batch.id && other.identity === batch.identity) other.inDoubt = false;
    }
  }

  /** A numbered batch is given up: the numbers after it would leave a gap. */
  gaveUp(batch: ProducerBatch): void {
    if (batch.baseSequence < 0) return;
    const following = (batch.baseSequence + batch.count) % SEQUENCES;
    if (!batch.inDoubt && following === this.#nextSequence && batch.identity === this.#identity) {
      this.#nextSequence = batch.baseSequence;
    } else {
      this.breakSequence('epoch');
    }
  }

  /**
   * Leaves a batch out of the sequence that the broker has refused for what is in it: nothing after it can have been written, so that
   * goes on with its numbers, under the same identity.
   * @returns false where a request may still be on its way that would then be taken for another one: nobody but a new identity would
   *   keep it out.
   */
  leaveOut(batch: ProducerBatch): boolean {
    const { id, baseSequence, ordinal } = batch;
    if (baseSequence < 0 || batch.inDoubt || this.#broken !== undefined || batch.identity !== this.#identity)
      return false;
    if (this.isWritten(batch)) return false;
    for (const others of [this.#inFlight, this.#batches])
      for (const other of others) if (other.id > id && other.inDoubt) return false;
    if (this.#gap === undefined || id < this.#gap.id) this.#gap = { id, baseSequence, ordinal };
    return true;
  }

  /** Whether an earlier batch was left out since this one was sent, which the broker refuses for its number then. */
  isAfterGap(batch: ProducerBatch): boolean {
    return this.#gap !== undefined && batch.id > this.#gap.id && batch.identity === this.#identity;
  }

  #closeGap({ id, baseSequence, ordinal }: Gap): void {
    this.#gap = undefined;
    this.#nextSequence = baseSequence;
    this.#ordinal = ordinal;
    for (const batch of this.#batches) if (batch.id > id) forgetNumber(batch);
  }

  #restart(identities: Identities): boolean {
    const used = this.#identity;
    const next =
      used === undefined
        ? identities.current
        : this.#broken === 'id'
          ? identities.replaced(used)
          : identities.after(used);
    if (next === undefined) return false;
    this.#broken = undefined;
    this.#gap = undefined;
    this.#identity = next;
    this.#isKnown = false;
    this.#acknowledged = -1;
    this.#nextSequence = 0;
    for (const batch of this.#batches) forgetNumber(batch);
    return true;
  }
}

function forgetNumber(batch: ProducerBatch): void {
  batch.baseSequence = -1;
  batch.identity = undefined;
  batch.inDoubt = false;
}
