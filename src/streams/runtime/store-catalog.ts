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
}

/** A store, as it is now. */
interface StorePosition {
  readonly taskId: string;
  readonly store: string;
  readonly position: number;
}

/** Which stores a database holds, under which ids, and up to where each contains its changelog. */
export class StoreCatalog {
  readonly #prefix: string;
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #entries = new Map<string, CatalogEntry>();

  /** @param prefix begins the keys of the catalog's own rows. */
  constructor(prefix: string, clock: Pick<Clock, 'nowMs'>) {
    this.#prefix = prefix;
    this.#clock = clock;
  }

  /** Takes over what the database says. */
  load(rows: StoredEntries): void {
    for (const [key, value] of rows) {
      this.#entries.set(key.slice(this.#prefix.length), JSON.parse(value.toString()) as CatalogEntry);
    }
  }

  clear(): void {
    this.#entries.clear();
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
    const used = [...this.#entries.values()].map(({ id }) => id);
    const entry = { id: Math.max(0, ...used) + 1, position: -1, atMs: 0 };
    this.#entries.set(nameOf(taskId, store), entry);
    this.#put(batch, nameOf(taskId, store), entry);
  }

  idOf(taskId: string, store: string): number {
    return this.#entry(taskId, store).id;
  }

  /**
   * The offset to restore from where the changelog ends at `end`; undefined: from the beginning, with nothing here. However
   * long it has lain there, state that is all of its changelog is kept.
   */
  positionOf(taskId: string, store: string, end: number): number | undefined {
    const { position, atMs } = this.#entry(taskId, store);
    if (position < 0) return undefined;
    const mayLackDeletions = this.#clock.nowMs() - atMs > DELETIONS_KEPT_MS;
    return position !== end && mayLackDeletions ? undefined : position;
  }

  /** Notes, within the batch of the changes themselves, up to where the changelog is contained in them. */
  setPosition(batch: WriteBatch, { taskId, store, position }: StorePosition): void {
    const entry = this.#entry(taskId, store);
    entry.position = position;
    entry.atMs = this.#clock.nowMs();
    this.#put(batch, nameOf(taskId, store), entry);
  }

  #entry(taskId: string, store: string): CatalogEntry {
    return assertDefined(this.#entries.get(nameOf(taskId, store)), `${store} of ${taskId} is not registered`);
  }

  #put(batch: WriteBatch, name: string, entry: CatalogEntry): void {
    batch.put(this.#prefix + name, Buffer.from(JSON.stringify(entry)));
  }
}

const nameOf = (taskId: string, store: string): string => `${taskId}/${store}`;
