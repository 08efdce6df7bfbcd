import type { IsolationLevel } from '../../../src/client/index.ts';
import { Serdes } from '../../../src/streams/index.ts';
import type { StoreEngine } from '../../../src/streams/state/engine.ts';
import { CacheBudget } from '../../../src/streams/state/cache-budget.ts';
import { createStore } from '../../../src/streams/state/create-store.ts';
import {
  changelogBytes,
  NO_ORIGIN,
  type ChangelogRecord,
  type ManagedStore,
} from '../../../src/streams/state/managed-store.ts';
import type { RowPages } from '../../../src/streams/state/pages.ts';
import type { WindowState } from '../../../src/streams/state/states.ts';
import type { ReadOnlyWindowStore } from '../../../src/streams/state/store.ts';
import type { StoreDefinition } from '../../../src/streams/state/store-definition.ts';
import { type EngineUnderTest } from './engines.ts';

const basics = {
  name: 's',
  storeType: 'rocksdb',
  cachingEnabled: false,
  loggingEnabled: true,
  logConfig: {},
} as const;
const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

export const definitions = {
  keyValue: { kind: 'key-value', ...basics, ...strings, timestamped: true },
  window: {
    kind: 'window',
    ...basics,
    ...strings,
    windowSizeMs: 10,
    advanceMs: 10,
    retentionMs: 100,
  },
  session: { kind: 'session', ...basics, ...strings, retentionMs: 1000 },
  join: { kind: 'join', ...basics, ...strings, windowSizeMs: 20, retentionMs: 120_000 },
  outer: { kind: 'outer-join', ...basics, ...strings, otherValueSerde: Serdes.string },
  versioned: { kind: 'versioned', ...basics, ...strings, historyRetentionMs: 10 },
  buffer: {
    kind: 'buffer',
    ...basics,
    ...strings,
    perKey: false,
    keyTellsTime: false,
    limited: false,
    bounded: false,
  },
  subscription: {
    kind: 'subscription',
    ...basics,
    foreignKeySerde: Serdes.string,
    primaryKeySerde: Serdes.string,
  },
} as const;

export function forwardAll(store: ManagedStore): void {
  const pending = store.takePending?.();
  for (let index = 0; index < (pending?.count ?? 0); index++) pending?.forward(index);
}

/** All rows of some pages. */
export async function rowsOf<R>(pages: RowPages<R>): Promise<R[]> {
  const rows: R[] = [];
  for (let page = await pages.next(); page !== undefined; page = await pages.next()) rows.push(...page);
  return rows;
}

export type Windows = WindowState<string, string> & ManagedStore;

export function queried(store: ManagedStore): ReadOnlyWindowStore<string, string> {
  return (store as ManagedStore & { forQueries(): ReadOnlyWindowStore<string, string> }).forQueries();
}

/** Stores over one engine. */
export class StoresUnderTest {
  readonly engine: StoreEngine;
  /** Of the stores that are made from now on. */
  queryIsolation: IsolationLevel = 'read_uncommitted';
  readonly #under: EngineUnderTest;
  #opened = 0;

  constructor(under: EngineUnderTest) {
    this.#under = under;
    this.engine = under.engine;
  }

  /** A store with a cache of its own; `prefix` tells stores of one engine apart. */
  make(definition: object, prefix = 'p', budget = new CacheBudget(1 << 20)): ManagedStore {
    this.#opened++;
    return createStore(definition as StoreDefinition, {
      engine: this.engine,
      prefix,
      budget,
      changelogTopic: `changelog-${this.#opened}`,
      origin: () => NO_ORIGIN,
      resume: () => {},
      timestamp: () => 7,
      storeTime: { value: -1 },
      hidesExpired: false,
      queryIsolation: this.queryIsolation,
    });
  }

  async commit(store: ManagedStore): Promise<ChangelogRecord[]> {
    const log: ChangelogRecord[] = [];
    store.logChanges((record) => log.push(record));
    await this.engine.write((batch) => store.writeTo(batch));
    store.committed();
    return log;
  }

  /** A second store of the same definition, filled from the first one's changelog only. */
  async restored(definition: object, log: readonly ChangelogRecord[]): Promise<ManagedStore> {
    const store = this.make(definition, 'q');
    await store.open();
    for (const record of log) store.prefetchForRestore(record);
    await store.loadPrefetched();
    for (const record of log) store.restore(record);
    await this.commit(store);
    return store;
  }

  /** Restores records past the memory of a store. */
  async restorePast({ direct }: ManagedStore, log: readonly ChangelogRecord[]): Promise<void> {
    if (direct === undefined) throw new Error('the store is restored through its memory only');
    const rows = direct.block(log.length);
    for (const record of log) direct.add(rows, changelogBytes(record));
    await this.engine.write((batch) => batch.putRows(rows));
    direct.written(rows);
  }

  close(): Promise<void> {
    return this.#under.close();
  }
}
