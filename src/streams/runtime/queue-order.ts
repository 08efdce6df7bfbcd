import type { RecordQueue } from './record-queue.ts';

/**
 * The queues of a task that have records, by the time of their first: the one whose turn it is comes first, whatever its time is
 * after those that went before. Ties are broken as by the binary heap that Kafka Streams has here (`PartitionGroup` with
 * `java.util.PriorityQueue`), step by step: records of one time in several topics are taken in the same order.
 */
export class QueueOrder {
  readonly #heap: RecordQueue[] = [];

  get first(): RecordQueue | undefined {
    return this.#heap[0];
  }

  /** A queue that was empty has a record. */
  offer(queue: RecordQueue): void {
    const heap = this.#heap;
    let at = heap.push(queue) - 1;
    const time = timeOf(queue);
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = heap[parent];
      if (above === undefined || time >= timeOf(above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = queue;
  }

  /** Takes the first queue off; before its first record is taken. */
  takeFirst(): RecordQueue | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    this.#siftDown(last);
    return first;
  }

  clear(): void {
    this.#heap.length = 0;
  }

  #siftDown(queue: RecordQueue): void {
    const heap = this.#heap;
    const { length } = heap;
    const time = timeOf(queue);
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      let below = heap[child];
      if (below === undefined) break;
      const right = child + 1 < length ? heap[child + 1] : undefined;
      if (right !== undefined && timeOf(below) > timeOf(right)) {
        below = right;
        child++;
      }
      if (time <= timeOf(below)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = queue;
  }
}

function timeOf(queue: RecordQueue): number {
  return queue.first?.timestamp ?? Number.NEGATIVE_INFINITY;
}
