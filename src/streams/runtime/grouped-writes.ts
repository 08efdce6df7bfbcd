import type { Timers } from '../../base/environment.ts';
import type { StoreEngine, WriteBatch } from '../state/engine.ts';
import { RowBlock } from '../state/row-block.ts';

/** Changes that are gathered before anything is written: what fails meanwhile fails alone. */
class GatheredChanges implements WriteBatch {
  readonly #keys: string[] = [];
  /** A block of rows has an empty key beside it. */
  readonly #values: (Buffer | RowBlock | undefined)[] = [];
  bytes = 0;

  get isEmpty(): boolean {
    return this.#keys.length === 0;
  }

  put(key: string, value: Buffer): void {
    this.#keys.push(key);
    this.#values.push(value);
    this.bytes += key.length + value.length;
  }

  delete(key: string): void {
    this.#keys.push(key);
    this.#values.push(undefined);
  }

  putRows(rows: RowBlock): void {
    if (rows.count === 0) return;
    this.#keys.push('');
    this.#values.push(rows);
    this.bytes += rows.byteLength;
  }

  applyTo(batch: WriteBatch): void {
    for (let i = 0; i < this.#keys.length; i++) {
      const key = this.#keys[i] ?? '';
      const value = this.#values[i];
      if (value === undefined) batch.delete(key);
      else if (value instanceof RowBlock) batch.putRows(value);
      else batch.put(key, value);
    }
  }
}

/** Those that are written together. */
interface Group {
  readonly changes: GatheredChanges[];
  readonly written: Promise<void>;
  readonly settle: (failure: unknown) => void;
}

/**
 * Writes changes of many applications in one batch: those that come in the same turn of the event loop, or while a batch is
 * being written. Each is whole in it or not there at all; when the batch fails, each of them is told.
 */
export class GroupedWrites {
  readonly #engine: Pick<StoreEngine, 'write'>;
  readonly #timers: Pick<Timers, 'defer'>;
  readonly #isShared: () => boolean;
  readonly #onFailed: (error: unknown) => void;
  #next: Group | undefined;
  #current: Group | undefined;
  #writtenBytes = 0;

  constructor(options: {
    readonly engine: Pick<StoreEngine, 'write'>;
    readonly timers: Pick<Timers, 'defer'>;
    /** Whether there is anybody to wait for. */
    readonly isShared: () => boolean;
    readonly onFailed: (error: unknown) => void;
  }) {
    this.#engine = options.engine;
    this.#timers = options.timers;
    this.#isShared = options.isShared;
    this.#onFailed = options.onFailed;
  }

  /**
   * Writes what `fill` puts into the batch, which it does before this returns; answers, when it is written, how many bytes
   * these are. Rejects with what `fill` throws, and then nothing of it is written.
   */
  async write(fill: (batch: WriteBatch) => void): Promise<number> {
    const changes = new GatheredChanges();
    fill(changes);
    // A commit of an application that had nothing to do.
    if (changes.isEmpty) return 0;
    const group = this.#next ?? this.#newGroup();
    group.changes.push(changes);
    await group.written;
    return changes.bytes;
  }

  /** Bytes of keys and values that were written. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** Resolves when all is written, or has failed, that has been given so far. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#current?.written, this.#next?.written]);
  }

  #newGroup(): Group {
    let settle: Group['settle'] = () => undefined;
    const written = new Promise<void>((resolve, reject) => {
      settle = (failure) => (failure === undefined ? resolve() : reject(failure));
    });
    const group = { changes: [], written, settle };
    this.#next = group;
    // Where a batch is being written, this one follows it.
    if (this.#current !== undefined) return group;
    if (this.#isShared()) this.#timers.defer(() => void this.#writeAll());
    else queueMicrotask(() => void this.#writeAll());
    return group;
  }

  async #writeAll(): Promise<void> {
    for (let group = this.#next; group !== undefined; group = this.#next) {
      this.#next = undefined;
      this.#current = group;
      const { settle } = group;
      await this.#apply(group.changes).then(() => settle(undefined), settle);
      this.#current = undefined;
    }
  }

  async #apply(changes: readonly GatheredChanges[]): Promise<void> {
    try {
      const writing = this.#engine.write((batch) => {
        for (const each of changes) each.applyTo(batch);
      });
      if (writing) await writing;
      for (const { bytes } of changes) this.#writtenBytes += bytes;
    } catch (error) {
      this.#onFailed(error);
      throw error;
    }
  }
}
