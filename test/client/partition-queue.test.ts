import { describe, expect, it } from 'vitest';
import { PartitionQueue } from '../../src/client/producer/partition-queue.ts';
import { ProducerBatch } from '../../src/client/producer/producer-batch.ts';

const IDENTITY = { producerId: 1, producerEpoch: 0 };
const NEXT = { producerId: 1, producerEpoch: 1 };
const identities = { current: IDENTITY, isOver: () => false, after: () => NEXT, replaced: () => NEXT };

describe('the queue of a partition', () => {
  function queueOf(count: number): { readonly queue: PartitionQueue; readonly batches: ProducerBatch[] } {
    const queue = new PartitionQueue('t', 0);
    const batches = Array.from({ length: count }, (_, id) => {
      const batch = new ProducerBatch(queue, { id, createdMs: 0, initialBytes: 64 });
      batch.append(null, Buffer.from('x'), 0, undefined, undefined);
      queue.add(batch);
      return batch;
    });
    return { queue, batches };
  }

  /** Sends all that may go now; answers what went. */
  function sendAll(queue: PartitionQueue): number[] {
    const sent: number[] = [];
    while (queue.numberHead(identities)) sent.push((queue.take() as ProducerBatch).id);
    return sent;
  }

  function succeed(queue: PartitionQueue, batch: ProducerBatch | undefined): void {
    if (batch === undefined) throw new Error('no such batch');
    queue.acknowledged(batch);
    queue.done(batch);
  }

  it('lets the first batch go alone, until the leader knows the producer', () => {
    const { queue, batches } = queueOf(4);
    expect(sendAll(queue)).toEqual([0]);
    succeed(queue, batches[0]);
    expect(sendAll(queue)).toEqual([1, 2, 3]);
  });

  it('sends no batch that would make a leader forget one whose fate is open', () => {
    const { queue, batches } = queueOf(12);
    sendAll(queue);
    succeed(queue, batches[0]);
    expect(sendAll(queue)).toEqual([1, 2, 3, 4, 5]);
    // The first was sent to a leader that is gone and does not answer; the new one has it, and takes what follows.
    for (const batch of batches.slice(2, 6)) succeed(queue, batch);
    expect(sendAll(queue)).toEqual([]);
    succeed(queue, batches[1]);
    expect(sendAll(queue)).toEqual([6, 7, 8, 9, 10]);
  });

  it('knows a batch to be written when a later one was acknowledged, in the same sequence only', () => {
    const { queue, batches } = queueOf(5);
    sendAll(queue);
    succeed(queue, batches[0]);
    sendAll(queue);
    const [, first, second, third] = batches as [ProducerBatch, ProducerBatch, ProducerBatch, ProducerBatch];
    succeed(queue, second);
    expect([first, third].map((batch) => queue.isWritten(batch))).toEqual([true, false]);
    for (const batch of batches) queue.done(batch);
    queue.breakSequence('epoch');
    queue.putBack(third);
    expect(queue.numberHead(identities)).toBe(true);
    expect(third.identity).toBe(NEXT);
    expect(queue.isWritten(first)).toBe(false);
  });

  it('asks about what may have been written under its old number before all goes on under a new epoch', () => {
    const { queue, batches } = queueOf(4);
    sendAll(queue);
    succeed(queue, batches[0]);
    expect(sendAll(queue)).toEqual([1, 2, 3]);
    const [, first, second, third] = batches as [ProducerBatch, ProducerBatch, ProducerBatch, ProducerBatch];
    first.inDoubt = true;
    third.inDoubt = true;
    queue.done(first);
    queue.gaveUp(first);
    queue.putBack(second, third);
    // The second was refused, so that it was not written; that the third may have been hangs on it.
    expect(queue.numberHead(identities)).toBe(true);
    expect(second).toMatchObject({ identity: IDENTITY, baseSequence: 2 });
    queue.notWritten(second);
    expect(queue.numberHead(identities)).toBe(true);
    expect(second).toMatchObject({ identity: NEXT, baseSequence: 0 });
  });

  it('gives the numbers of a batch that was surely not written to the next one', () => {
    const { queue, batches } = queueOf(3);
    sendAll(queue);
    succeed(queue, batches[0]);
    const [, given, next] = batches as [ProducerBatch, ProducerBatch, ProducerBatch];
    expect(queue.numberHead(identities)).toBe(true);
    expect(queue.take()).toBe(given);
    queue.done(given);
    queue.gaveUp(given);
    expect(queue.numberHead(identities)).toBe(true);
    expect(next).toMatchObject({ identity: IDENTITY, baseSequence: given.baseSequence });
  });

  /** The first one was written, and five others are on their way. */
  function withFiveInFlight() {
    const { queue, batches } = queueOf(7);
    sendAll(queue);
    succeed(queue, batches[0]);
    expect(sendAll(queue)).toEqual([1, 2, 3, 4, 5]);
    return { queue, flying: batches.slice(1, 6), waiting: batches[6] };
  }

  it('closes the gap that a batch leaves, under the same identity, once none of those after it is on its way', () => {
    const { queue, flying, waiting } = withFiveInFlight();
    const [first, second, third, fourth, fifth] = flying as ProducerBatch[];
    if (first === undefined || second === undefined || third === undefined)
      throw new Error('no such batches');
    for (const [batch, other] of [
      [fourth, first],
      [second, first],
    ] as const) {
      // Of several that are left out the earliest counts.
      if (batch === undefined) throw new Error('no such batch');
      expect(queue.leaveOut(batch)).toBe(true);
      queue.done(batch);
      expect(queue.isAfterGap(other)).toBe(false);
    }
    expect([third, fifth].map((batch) => batch !== undefined && queue.isAfterGap(batch))).toEqual([
      true,
      true,
    ]);
    // The leader has not written the one before the gap yet, which keeps its number.
    queue.putBack(first, third);
    expect(sendAll(queue)).toEqual([]);
    queue.putBack(...(fifth === undefined ? [] : [fifth]));
    expect(sendAll(queue)).toEqual([1, 3, 5, 6]);
    expect([first, third, fifth, waiting]).toMatchObject(
      [1, 2, 3, 4].map((baseSequence) => ({ identity: IDENTITY, baseSequence })),
    );
  });

  it('goes on under another identity where a leader has written what comes after a gap', () => {
    for (const isLate of [false, true]) {
      const { queue, flying, waiting } = withFiveInFlight();
      const [first, second, refused, written, last] = flying;
      if (refused === undefined || last === undefined) throw new Error('no such batches');
      succeed(queue, first);
      succeed(queue, second);
      if (isLate) succeed(queue, written);
      expect(queue.leaveOut(refused)).toBe(!isLate);
      queue.done(refused);
      // As whoever gives it up does where it cannot be left out.
      if (isLate) queue.gaveUp(refused);
      else succeed(queue, written);
      queue.putBack(last);
      expect(sendAll(queue)).toEqual([5]);
      expect(last).toMatchObject({ identity: NEXT, baseSequence: 0 });
      expect(queue.isWritten(last)).toBe(false);
      expect(waiting?.identity).toBeUndefined();
    }
  });

  it('leaves no batch out where one after it may still arrive, and would be taken for another', () => {
    for (const doubtful of [1, 3]) {
      const { queue, flying } = withFiveInFlight();
      const [refused, inDoubt] = [flying[1], flying[doubtful]];
      if (refused === undefined || inDoubt === undefined) throw new Error('no such batches');
      inDoubt.inDoubt = true;
      if (inDoubt !== refused) queue.putBack(inDoubt);
      expect(queue.leaveOut(refused)).toBe(false);
    }
  });
});
