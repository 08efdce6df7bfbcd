import type { KafkaConsumer, TopicPartition } from '../../client/types.ts';
import type { ManagedStore } from '../state/managed-store.ts';
import type { StateDirectory } from './state-directory.ts';
import type { Task } from './task.ts';

interface Restoration extends TopicPartition {
  readonly task: Task;
  readonly store: ManagedStore;
  /** The store's content is in the state directory, together with its changelog position. */
  readonly persistent: boolean;
  readonly end: number;
  position: number;
}

interface RestoreSource {
  readonly task: Task;
  readonly partition: number;
  readonly store: ManagedStore;
  readonly persistent: boolean;
}

/**
 * Brings stores up to the end of their changelogs, some batches at a time, so that the thread can go on polling. What
 * the local state contains already is skipped: only the tail is read.
 */
export class Restorer {
  readonly #consumer: KafkaConsumer;
  readonly #state: StateDirectory;
  #running: Restoration[] = [];

  constructor(consumer: KafkaConsumer, state: StateDirectory) {
    this.#consumer = consumer;
    this.#state = state;
  }

  /** Starts to restore the logged stores among these. */
  async start(sources: readonly RestoreSource[]): Promise<void> {
    const changelogs = sources.filter(({ store }) => store.definition.loggingEnabled);
    const partitions = changelogs.map(({ task, store, partition }) => ({
      topic: task.changelogTopicOf(store.name),
      partition,
    }));
    if (partitions.length === 0) return;
    const ends = await this.#consumer.endOffsets(partitions);
    const beginnings = await this.#consumer.beginningOffsets(partitions);
    for (const [i, source] of changelogs.entries()) {
      const at = partitions[i];
      if (!at) continue;
      const offsetOf = (offsets: typeof ends): number =>
        offsets.find(({ topic, partition }) => topic === at.topic && partition === at.partition)?.offset ?? 0;
      const end = offsetOf(ends);
      const beginning = offsetOf(beginnings);
      const { task, store, persistent } = source;
      let position = persistent ? this.#state.positionOf(task.id, store.name, end) : undefined;
      if (position === undefined || position > end || position < beginning) {
        // Nothing here, or state of a changelog that has been deleted since, or has lost what comes next: begin anew.
        const isOtherChangelog = position !== undefined && end === 0;
        if (persistent) await this.#state.wipe(task.id, store.name, { isOtherChangelog });
        position = beginning;
      }
      const restoration = { ...at, task, store, persistent, end, position };
      if (restoration.position < end) this.#running.push(restoration);
    }
    this.#assign();
  }

  isRestoring(task: Task): boolean {
    return this.#running.some((each) => each.task === task);
  }

  get isIdle(): boolean {
    return this.#running.length === 0;
  }

  forget(task: Task): void {
    const before = this.#running.length;
    this.#running = this.#running.filter((each) => each.task !== task);
    if (this.#running.length !== before) this.#assign();
  }

  /** Reads and applies one poll's worth of changelog records. Answers how many. */
  async step(timeoutMs: number): Promise<number> {
    if (this.isIdle) return 0;
    let count = 0;
    for (const fetched of await this.#consumer.poll(timeoutMs)) {
      const restoration = this.#running.find(
        ({ topic, partition }) => topic === fetched.topic && partition === fetched.partition,
      );
      if (!restoration) continue;
      count += fetched.records.length;
      await this.#apply(restoration, fetched);
    }
    // Positions also pass transaction markers and what compaction has removed.
    for (const restoration of this.#running) {
      restoration.position = Math.max(restoration.position, this.#consumer.positionNow(restoration) ?? 0);
    }
    const before = this.#running.length;
    this.#running = this.#running.filter((each) => each.position < each.end);
    if (this.#running.length !== before) this.#assign();
    return count;
  }

  async #apply(
    restoration: Restoration,
    fetched: Awaited<ReturnType<KafkaConsumer['poll']>>[number],
  ): Promise<void> {
    const { store, task } = restoration;
    for (const { key, value, timestamp, headers } of fetched.records) {
      if (key !== null) store.prefetchForRestore({ key, value, timestamp, headers });
    }
    await store.loadPrefetched();
    for (const { key, value, timestamp, headers } of fetched.records) {
      if (key !== null) store.restore({ key, value, timestamp, headers });
    }
    restoration.position = fetched.nextOffset;
    const { persistent, position } = restoration;
    await task.writeRestored(store, (batch) => {
      if (persistent) this.#state.setPosition(batch, { taskId: task.id, store: store.name, position });
    });
    store.evict();
  }

  #assign(): void {
    this.#consumer.assign(this.#running.map(({ topic, partition }) => ({ topic, partition })));
    for (const restoration of this.#running) {
      // Those that go on keep what was fetched for them.
      if (this.#consumer.positionNow(restoration) !== restoration.position)
        this.#consumer.seek(restoration, restoration.position);
    }
  }
}
