import type { Logger } from '../../base/logger.ts';
import type { FetchedRecords, KafkaConsumer, TopicPartition } from '../../client/types.ts';
import { applyRecords, type RestoredStore } from './restored-records.ts';
import { RestoreStart, type StoredState } from './restore-start.ts';
import type { StoreInMemory } from './running-task.ts';
import type { StateDirectory } from './state-directory.ts';
import type { Task } from './task.ts';
import type { ThreadPlace } from './thread-place.ts';

/** How far the restoring of a store has got. */
export interface RestoreProgress extends TopicPartition {
  /** First `started`, then `progressed` for each batch, then `ended`; or `suspended`, where the task went away before. */
  readonly phase: 'started' | 'progressed' | 'ended' | 'suspended';
  readonly taskId: string;
  readonly store: string;
  /** Offsets of the changelog: where it was begun, where it is, and where it will end. */
  readonly startOffset: number;
  readonly offset: number;
  readonly endOffset: number;
  /** Records that were applied; compaction and markers leave gaps between offsets. */
  readonly records: number;
}

interface Restoration extends RestoredStore {
  readonly task: Task;
  readonly startOffset: number;
  readonly end: number;
  position: number;
  records: number;
}

interface RestoreSource extends StoredState {
  readonly task: Task;
  readonly partition: number;
  readonly memory: StoreInMemory | undefined;
}

/**
 * Brings stores up to the end of their changelogs, some batches at a time, so that the thread can go on polling. What
 * the local state contains already is skipped: only the tail is read.
 */
export class Restorer {
  readonly #consumer: KafkaConsumer;
  readonly #endOffsets: KafkaConsumer['endOffsets'];
  readonly #state: StateDirectory;
  readonly #start: RestoreStart;
  readonly #onProgress: (progress: RestoreProgress) => void;
  readonly #place: Pick<ThreadPlace, 'companionsIn'> | undefined;
  #running: Restoration[] = [];
  /** Those that another thread of the process may have the state of. */
  #held: RestoreSource[] = [];
  /** Of the group, in which this thread was given its tasks. */
  generationId = -1;

  constructor(parts: {
    readonly consumer: KafkaConsumer;
    /**
     * High watermarks, whatever the consumer reads: what is committed with the offsets may lie behind the last stable offset, until
     * the markers of its transaction have come (KAFKA-10167). An open transaction is waited for.
     */
    readonly endOffsets: KafkaConsumer['endOffsets'];
    readonly state: StateDirectory;
    readonly logger: Logger;
    readonly onProgress: (progress: RestoreProgress) => void;
    readonly place?: Pick<ThreadPlace, 'companionsIn'> | undefined;
  }) {
    this.#place = parts.place;
    this.#consumer = parts.consumer;
    this.#endOffsets = parts.endOffsets;
    this.#state = parts.state;
    this.#start = new RestoreStart(parts);
    this.#onProgress = parts.onProgress;
  }

  /** Of the stores that are being restored. */
  get progress(): readonly RestoreProgress[] {
    return this.#running.map((each) => progressOf(each, 'progressed'));
  }

  /** Starts to restore those of the stores that have a changelog, or a topic in its place. */
  async start(sources: readonly RestoreSource[]): Promise<void> {
    const changelogs = sources.filter(({ store, source }) => source ?? store.definition.loggingEnabled);
    const partitions = changelogs.map(({ task, store, source, partition }) => ({
      topic: source?.topic ?? task.changelogTopicOf(store.name),
      partition,
    }));
    if (partitions.length === 0) return;
    const [ends, beginnings] = await Promise.all([
      this.#endOffsets(partitions),
      this.#consumer.beginningOffsets(partitions),
    ]);
    for (const [i, changelog] of changelogs.entries()) {
      const at = partitions[i];
      if (!at) continue;
      const offsetOf = (offsets: typeof ends): number =>
        offsets.find(({ topic, partition }) => topic === at.topic && partition === at.partition)?.offset ?? 0;
      const { task, store, memory, source } = changelog;
      const end = Math.min(source?.end ?? Number.POSITIVE_INFINITY, offsetOf(ends));
      const beginning = offsetOf(beginnings);
      if (memory === undefined && this.#mayLieElsewhere(changelog, end)) {
        this.#held.push(changelog);
        continue;
      }
      const position =
        memory === undefined
          ? await this.#start.beginAt(changelog, { ...at, beginning, end })
          : Math.max(beginning, memory.position);
      if (position >= end) continue;
      const restoration = {
        ...at,
        task,
        store,
        memory,
        source,
        end,
        position,
        startOffset: position,
        records: 0,
      };
      this.#running.push(restoration);
      this.#onProgress(progressOf(restoration, 'started'));
    }
    this.#assign();
  }

  isRestoring(task: Task): boolean {
    return [...this.#running, ...this.#held].some((each) => each.task === task);
  }

  get isIdle(): boolean {
    return this.#running.length === 0 && this.#held.length === 0;
  }

  forget(task: Task): void {
    this.#held = this.#held.filter((each) => each.task !== task);
    this.#drop(
      this.#running.filter((each) => each.task === task),
      'suspended',
    );
  }

  /** Reads and applies one poll's worth of changelog records. Answers how many. */
  async step(timeoutMs: number): Promise<number> {
    if (this.isIdle) return 0;
    if (this.#held.length > 0 && this.#knowsCompanions) await this.start(this.#held.splice(0));
    let count = 0;
    for (const fetched of await this.#consumer.poll(timeoutMs)) {
      const restoration = this.#running.find(
        ({ topic, partition }) => topic === fetched.topic && partition === fetched.partition,
      );
      if (!restoration) continue;
      count += await this.#apply(restoration, fetched);
    }
    // Positions also pass transaction markers and what compaction has removed.
    for (const restoration of this.#running) {
      restoration.position = Math.max(restoration.position, this.#consumer.positionNow(restoration) ?? 0);
    }
    this.#drop(
      this.#running.filter((each) => each.position >= each.end),
      'ended',
    );
    return count;
  }

  /**
   * Whether rows of the store may be in the database of another thread of the process and nowhere else: its changelog is
   * empty, of a task that the group has committed, and what is here is not that. The group gives the task to who has them,
   * once it knows of all threads; until then nothing is processed that would be counted from nothing.
   */
  #mayLieElsewhere({ source, committed }: RestoreSource, end: number): boolean {
    return source === undefined && end === 0 && committed === 'further' && !this.#knowsCompanions;
  }

  get #knowsCompanions(): boolean {
    if (this.#place === undefined) return true;
    const generationId = this.#place.companionsIn();
    return generationId !== undefined && this.generationId >= generationId;
  }

  #drop(over: readonly Restoration[], phase: 'ended' | 'suspended'): void {
    if (over.length === 0) return;
    this.#running = this.#running.filter((each) => !over.includes(each));
    this.#assign();
    for (const restoration of over) this.#onProgress(progressOf(restoration, phase));
  }

  /** Answers how many records it has read. */
  async #apply(restoration: Restoration, fetched: FetchedRecords): Promise<number> {
    const count = await applyRecords(restoration, fetched, this.#state);
    restoration.position = fetched.nextOffset;
    restoration.records += count;
    this.#onProgress(progressOf(restoration, 'progressed'));
    return count;
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

function progressOf(restoration: Restoration, phase: RestoreProgress['phase']): RestoreProgress {
  const { topic, partition, task, store, startOffset, position: offset, end, records } = restoration;
  const at = { taskId: task.id, store: store.name, topic, partition };
  return { phase, ...at, startOffset, offset, endOffset: end, records };
}
