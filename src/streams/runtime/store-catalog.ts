import { assertDefined } from '../../base/assert.ts';
import type { Clock } from '../../base/environment.ts';
import type { StoredEntries, WriteBatch } from '../state/engine.ts';

/**
 * How long a compacted topic keeps a deletion at least: `delete.retention.ms` of the internal topics. What was deleted in a
 * tail that is older may be in it no more.
 */
const DELETIONS_KEPT_MS = 24 * 60 * 60 * 1000;

interface CatalogEntry {
  readonly id: number;
  /** Next offset of the changelog that the store has seen; -1: it was never committed. */
  position: number;
  atMs: number;
  /** The topic that the position is of, where that is no changelog. */
  sourceTopic?: string | undefined;
}

/** A store of a task. */
export interface TaskStore {
  readonly taskId: string;
  readonly store: string;
}

/** A store, as it is now. */
interface StorePosition extends StoreOrigin {
  readonly position: number;
}

/** A store, and where its content comes from. */
interface StoreOrigin extends TaskStore {
  /** The topic that stands for its changelog (`reuse.ktable.source.topics`). */
  readonly sourceTopic?: string | undefined;
}

/** Which stores of an application a database holds, under which ids, and up to where each contains its changelog. */
export class StoreCatalog {
  readonly #prefix: string;
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #newId: () => number;
  readonly #entries = new Map<string, CatalogEntry>();

  constructor(options: {
    /** Begins the keys of the catalog's own rows. */
    readonly prefix: string;
    readonly clock: Pick<Clock, 'nowMs'>;
    /** Answers an id that no store of the database has. */
    readonly newId: () => number;
  }) {
    this.#prefix = options.prefix;
    this.#clock = options.clock;
    this.#newId = options.newId;
  }

  /** Takes over what the database says, in the place of what was known. */
  load(rows: StoredEntries): void {
    this.#entries.clear();
    for (const [key, value] of rows) this.#entries.set(key.slice(this.#prefix.length), entryOf(value));
  }

  get stores(): readonly TaskStore[] {
    return [...this.#entries.keys()].map((name) => {
      const slash = name.indexOf('/');
      return { taskId: name.slice(0, slash), store: name.slice(slash + 1) };
    });
  }

  /** By task that has a store here, the sum of the offsets up to which its stores contain their changelogs. */
  get offsetSums(): ReadonlyMap<string, number> {
    const sums = new Map<string, number>();
    for (const [name, { position }] of this.#entries) {
      const taskId = name.slice(0, name.indexOf('/'));
      sums.set(taskId, (sums.get(taskId) ?? 0) + Math.max(0, position));
    }
    return sums;
  }

  has(taskId: string, store: string): boolean {
    return this.#entries.has(nameOf(taskId, store));
  }

  /** Gives a store an id that no other one has. */
  add(batch: WriteBatch, taskId: string, store: string): void {
    const entry = { id: this.#newId(), position: -1, atMs: 0 };
    this.#entries.set(nameOf(taskId, store), entry);
    this.#put(batch, nameOf(taskId, store), entry);
  }

  idOf(taskId: string, store: string): number {
    return this.#entry(taskId, store).id;
  }

  /**
   * The offset to restore from where the changelog ends at `end`; undefined: from the beginning, with nothing here. However
   * long it has lain there, state that is all of its changelog, or more than it, is kept. Offsets of another topic say
   * nothing of this one.
   */
  positionOf({ taskId, store, sourceTopic }: StoreOrigin, end: number): number | undefined {
    const { position, atMs, ...kept } = this.#entry(taskId, store);
    if (position < 0 || kept.sourceTopic !== sourceTopic) return undefined;
    const mayLackDeletions = this.#clock.nowMs() - atMs > DELETIONS_KEPT_MS;
    return position < end && mayLackDeletions ? undefined : position;
  }

  /** Notes, within the batch of the changes themselves, up to where the changelog is contained in them. */
  setPosition(batch: WriteBatch, { taskId, store, position, sourceTopic }: StorePosition): void {
    const entry = this.#entry(taskId, store);
    entry.position = position;
    entry.sourceTopic = sourceTopic;
    entry.atMs = this.#clock.nowMs();
    this.#put(batch, nameOf(taskId, store), entry);
  }

  /** Notes what another catalog says of a store whose content is the same. */
  adopt(batch: WriteBatch, { taskId, store }: TaskStore, from: StoreCatalog): void {
    const entry = this.#entry(taskId, store);
    const { position, atMs, sourceTopic } = from.#entry(taskId, store);
    entry.position = position;
    entry.atMs = atMs;
    entry.sourceTopic = sourceTopic;
    this.#put(batch, nameOf(taskId, store), entry);
  }

  /** Takes all stores out. */
  forget(batch: WriteBatch): void {
    for (const name of this.#entries.keys()) batch.delete(this.#prefix + name);
    this.#entries.clear();
  }

  #entry(taskId: string, store: string): CatalogEntry {
    return assertDefined(this.#entries.get(nameOf(taskId, store)), `${store} of ${taskId} is not registered`);
  }

  #put(batch: WriteBatch, name: string, entry: CatalogEntry): void {
    batch.put(this.#prefix + name, Buffer.from(JSON.stringify(entry)));
  }
}

/** The greatest id among the rows of catalogs; 0 where there is none. */
export function greatestId(rows: StoredEntries): number {
  return rows.reduce((greatest, [, value]) => Math.max(greatest, entryOf(value).id), 0);
}

const entryOf = (value: Buffer): CatalogEntry => JSON.parse(value.toString()) as CatalogEntry;

const nameOf = (taskId: string, store: string): string => `${taskId}/${store}`;
