import type { TopicPartition } from '../../client/types.ts';
import type { WriteBatch } from '../state/engine.ts';

/** A partition, up to where it has been processed. */
interface Processed extends TopicPartition {
  readonly committedOffset: number;
}

/**
 * Up to where the inputs of tasks were committed, as noted in the database of their state: offsets that the group
 * has lost since (the end of `__consumer_offsets` is cut off after a crash) are seen only by who has been there.
 */
export class ProcessedOffsets {
  readonly #prefix: string;
  readonly #offsets = new Map<string, number>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Takes over what the database says, in the place of what was known. */
  load(entries: Iterable<readonly [string, Buffer]>): void {
    this.#offsets.clear();
    for (const [key, value] of entries) this.#offsets.set(key.slice(this.#prefix.length), Number(value));
  }

  of(taskId: string, partition: TopicPartition): number | undefined {
    return this.#offsets.get(nameOf(taskId, partition));
  }

  /** The state of a task begins anew, or that of all: what was noted with it says nothing any more. */
  forget(batch: WriteBatch, taskId?: string): void {
    for (const name of [...this.#offsets.keys()]) {
      if (taskId !== undefined && !name.startsWith(`${taskId}/`)) continue;
      batch.delete(this.#prefix + name);
      this.#offsets.delete(name);
    }
  }

  /** Notes what was noted elsewhere with the same state, of the tasks that pass. */
  adopt(batch: WriteBatch, from: ProcessedOffsets, accepts: (taskId: string) => boolean): void {
    for (const [name, offset] of from.#offsets)
      if (accepts(name.slice(0, name.indexOf('/')))) this.#put(batch, name, offset);
  }

  /** Notes what has changed, within the batch of the state that it is contained in. */
  note(batch: WriteBatch, taskId: string, inputs: Iterable<Processed>): void {
    for (const input of inputs) {
      const name = nameOf(taskId, input);
      if (input.committedOffset < 0 || this.#offsets.get(name) === input.committedOffset) continue;
      this.#put(batch, name, input.committedOffset);
    }
  }

  #put(batch: WriteBatch, name: string, offset: number): void {
    this.#offsets.set(name, offset);
    batch.put(this.#prefix + name, Buffer.from(String(offset)));
  }
}

const nameOf = (taskId: string, { topic, partition }: TopicPartition): string =>
  `${taskId}/${partition}/${topic}`;
