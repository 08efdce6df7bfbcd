import {
  type Check,
  flag,
  nonEmptyText,
  optional,
  optionsOf,
  wholeNumber,
  wrongArgument,
} from '../../base/argument-checks.ts';
import { DiagnosticError, OperationalError } from '../../base/errors.ts';
import { unknownName } from '../../base/unknown-name.ts';
import type { StoreDefinition } from '../state/store-definition.ts';
import { eachOf } from '../state/pages.ts';
import type {
  ReadOnlyKeyValueStore,
  ReadOnlyWindowStore,
  WindowEntry,
  WindowRange,
  WindowScan,
} from '../state/store.ts';
import type { RestoredTask } from './restored-records.ts';

/** A task that may be asked, and whether its stores are still being brought up to date. */
export interface QueriedTask {
  readonly task: Pick<RestoredTask, 'id' | 'stores'>;
  readonly partition: number;
  readonly isRestoring: boolean;
  /** Its task runs elsewhere: it has what is in the changelog. */
  readonly isStandby?: boolean;
}

export interface StoreQueryOptions {
  /** Answer from what has been restored so far, too, and from standby tasks (`enableStaleStores` of Kafka Streams). */
  readonly allowStale?: boolean;
  /** Ask only the task of this partition (`withPartition` of Kafka Streams); see {@link StreamsApp.queryMetadataForKey}. */
  readonly partition?: number;
}

export const checkStoreQuery = optionsOf<StoreQueryOptions>({
  allowStale: optional(flag),
  partition: optional(wholeNumber(0)),
});

const time: Check = (value, name) => {
  if (typeof value !== 'number' || Number.isNaN(value))
    throw wrongArgument(name, value, 'a time in milliseconds');
};

/** When the windows begin that are asked for, both included. @throws {ArgumentError} where one of the two is no number. */
const checkWindowRange = optionsOf<WindowRange>({
  fromMs: time,
  toMs: time,
});

/** @throws {ArgumentError} where one of the two is no number. */
export function checkedRange(range: WindowRange): WindowRange {
  checkWindowRange(range, 'range');
  return range;
}

/** Kinds of stores that can be asked in one way, by a method that has its name. */
export interface StoreKinds {
  readonly method: 'keyValueStore' | 'windowStore';
  readonly kinds: readonly StoreDefinition['kind'][];
}

export const KEY_VALUE_KINDS: StoreKinds = { method: 'keyValueStore', kinds: ['key-value', 'versioned'] };
export const WINDOW_KINDS: StoreKinds = { method: 'windowStore', kinds: ['window', 'session'] };

/** @throws {DiagnosticError} where there is no such store, or one that is asked by the other method, or not at all. */
export function checkStoreKind(
  name: string,
  { method, kinds }: StoreKinds,
  stores: ReadonlyMap<string, StoreDefinition>,
): void {
  nonEmptyText(name, 'name');
  const found = stores.get(name);
  if (found !== undefined && kinds.includes(found.kind)) return;
  if (found !== undefined) {
    const other = [KEY_VALUE_KINDS, WINDOW_KINDS].find((each) => each.kinds.includes(found.kind));
    throw new DiagnosticError({
      message: `${name} is a ${found.kind} store, which ${method} does not answer for`,
      hint: other === undefined ? 'stores of this kind cannot be queried' : `ask ${other.method}`,
    });
  }
  throw unknownName(`the topology has no store named ${name}`, { name, known: stores.keys() });
}

/** The parts of a table that the tasks of this process have, as one store. */
export function compositeKeyValueStore<K, V>(
  name: string,
  tasks: () => readonly QueriedTask[],
  options: StoreQueryOptions,
): ReadOnlyKeyValueStore<K, V> {
  const parts = (): ReadOnlyKeyValueStore<K, V>[] => partsOf(name, tasks(), options);
  return {
    name,
    async get(key) {
      for (const part of parts()) {
        const row = await part.get(key);
        if (row !== undefined) return row;
      }
      return undefined;
    },
    async *entries() {
      for (const part of parts()) yield* part.entries();
    },
    async *range(bounds) {
      for (const part of parts()) yield* part.range(bounds);
    },
    async *reverseAll() {
      for (const part of parts()) yield* part.reverseAll();
    },
    async *reverseRange(bounds) {
      for (const part of parts()) yield* part.reverseRange(bounds);
    },
    async approximateNumEntries() {
      const counts = await Promise.all(parts().map((part) => part.approximateNumEntries()));
      return counts.reduce((sum, count) => sum + count, 0);
    },
    async *prefixScan(prefix, serde) {
      for (const part of parts()) yield* part.prefixScan(prefix, serde);
    },
    async *pages(range) {
      for (const part of parts()) yield* part.pages(range);
    },
  };
}

/** The parts of a windowed table that the tasks of this process have, as one store. */
export function compositeWindowStore<K, V>(
  name: string,
  tasks: () => readonly QueriedTask[],
  options: StoreQueryOptions,
): ReadOnlyWindowStore<K, V> {
  const parts = (): ReadOnlyWindowStore<K, V>[] => partsOf(name, tasks(), options);
  const pages = async function* (scan?: WindowScan): AsyncIterable<readonly WindowEntry<K, V>[]> {
    for (const part of parts()) yield* part.pages(scan);
  };
  return {
    name,
    async fetch(key, range) {
      const times = checkedRange(range);
      return (await Promise.all(parts().map((part) => part.fetch(key, times)))).flat();
    },
    async backwardFetch(key, range) {
      const times = checkedRange(range);
      return (await Promise.all(parts().map((part) => part.backwardFetch(key, times)))).flat();
    },
    fetchAll: (range) => eachOf(pages({ range: checkedRange(range) })),
    backwardAll: () => eachOf(pages({ descending: true })),
    backwardFetchAll: (range) => eachOf(pages({ range: checkedRange(range), descending: true })),
    async *entries() {
      for (const part of parts()) yield* part.entries();
    },
    pages,
  };
}

function partsOf<S>(
  name: string,
  tasks: readonly QueriedTask[],
  { allowStale = false, partition }: StoreQueryOptions,
): S[] {
  const asked = partition === undefined ? tasks : tasks.filter((each) => each.partition === partition);
  const parts = asked.flatMap(({ task, isRestoring, isStandby = false }): S[] => {
    if (isStandby && !allowStale) return [];
    const store = task.stores.get(name);
    if (!store || !('forQueries' in store) || typeof store.forQueries !== 'function') return [];
    if (isRestoring && !allowStale) throw stillRestoring(name, task.id);
    // Which kind of view a store gives is decided by its definition, which the caller knows by its name.
    return [store.forQueries() as S];
  });
  if (parts.length > 0) return parts;
  throw storeWithoutTask(name);
}

class StoreWithoutTask extends OperationalError {}

/** What a store is asked for by that no task of this process has. */
export function storeWithoutTask(name: string): OperationalError {
  const message = `no task of this process has the store ${name} now`;
  return new StoreWithoutTask('STORE_NOT_AVAILABLE', message, { retriable: true });
}

export const isWithoutTask = (error: unknown): boolean => error instanceof StoreWithoutTask;

/** Its rows are between two threads, or two processing loops of one: that they are not here does not say that there are none. */
export function storeOnTheMove(name: string): OperationalError {
  return new OperationalError(
    'STORE_NOT_AVAILABLE',
    `a stream thread that may have rows of the store ${name} is not RUNNING; ask again, or allow stale answers`,
    { retriable: true },
  );
}

/** Some of its rows are where nobody answers. */
export function storeUnanswered(name: string, why: string): OperationalError {
  return new OperationalError('STORE_NOT_AVAILABLE', `the store ${name} cannot be asked: ${why}`, {
    retriable: true,
  });
}

/** Its rows may be older than what was answered before, or not there yet. */
function stillRestoring(name: string, taskId: string): OperationalError {
  return new OperationalError(
    'STORE_NOT_AVAILABLE',
    `the store ${name} of task ${taskId} is being restored; ask again, or allow stale answers`,
    { retriable: true },
  );
}
