import type { Predicate, ValueJoiner, ValueMapper } from '../builder/functions.ts';
import type { ValueAndTimestamp } from '../state/store.ts';
import type { TableView, TableViewFactory } from './table-view.ts';
import { decided, settled } from './user-answers.ts';

/** The rows of a filtered table that is not kept: the parent's rows that match. */
export function filteredView<K, V>(
  parent: TableViewFactory<K, V>,
  filter: { readonly predicate: Predicate<K, V>; readonly negate: boolean },
): TableViewFactory<K, V> {
  return {
    storeNames: parent.storeNames,
    create(context) {
      const rows = parent.create(context);
      const matching = (key: K, row: ValueAndTimestamp<V> | undefined): ValueAndTimestamp<V> | undefined =>
        row && decided(filter.predicate(key, row.value, context.record)) !== filter.negate ? row : undefined;
      return {
        ...lookUps(rows),
        get: (key) => matching(key, rows.get(key)),
        getAsOf: (key, timestamp) => matching(key, rows.getAsOf(key, timestamp)),
      };
    },
  };
}

/** The rows of a mapped table that is not kept: the parent's rows, mapped when asked for. */
export function mappedView<K, V, VR>(
  parent: TableViewFactory<K, V>,
  mapper: ValueMapper<K, V, VR>,
): TableViewFactory<K, VR> {
  return {
    storeNames: parent.storeNames,
    create(context) {
      const rows = parent.create(context);
      const mapped = (key: K, row: ValueAndTimestamp<V> | undefined): ValueAndTimestamp<VR> | undefined => {
        if (!row) return undefined;
        const value = settled(mapper(row.value, key, context.record), 'the mapper');
        return value == null ? undefined : { value, timestamp: row.timestamp };
      };
      return {
        ...lookUps(rows),
        get: (key) => mapped(key, rows.get(key)),
        getAsOf: (key, timestamp) => mapped(key, rows.getAsOf(key, timestamp)),
      };
    },
  };
}

/** The rows of a join of two tables that is not kept: joined when asked for. */
export function joinedView<K, V1, V2, VR>(join: {
  readonly left: TableViewFactory<K, V1>;
  readonly right: TableViewFactory<K, V2>;
  readonly kind: 'inner' | 'left' | 'outer';
  readonly joiner: ValueJoiner<K, V1, V2, VR>;
}): TableViewFactory<K, VR> {
  const { kind, joiner } = join;
  return {
    storeNames: [...new Set([...join.left.storeNames, ...join.right.storeNames])],
    create(context) {
      const left = join.left.create(context);
      const right = join.right.create(context);
      const get = (key: K): ValueAndTimestamp<VR> | undefined => {
        const one = left.get(key);
        const two = right.get(key);
        if (!one && !two) return undefined;
        if (!one && kind !== 'outer') return undefined;
        if (!two && kind === 'inner') return undefined;
        // An outer join's own type says that its joiner takes nulls.
        const joined = joiner((one?.value ?? null) as V1, (two?.value ?? null) as V2, key);
        const value = settled(joined, 'the joiner');
        if (value == null) return undefined;
        return { value, timestamp: Math.max(one?.timestamp ?? -1, two?.timestamp ?? -1) };
      };
      return {
        versioned: false,
        load: (key) => both(left.load(key), right.load(key)),
        prefetch(keyBytes) {
          left.prefetch(keyBytes);
          right.prefetch(keyBytes);
        },
        get,
        getAsOf: get,
      };
    },
  };
}

function lookUps<K>(
  rows: TableView<K, unknown>,
): Pick<TableView<K, never>, 'versioned' | 'load' | 'prefetch'> {
  return {
    versioned: rows.versioned,
    load: (key) => rows.load(key),
    prefetch: (keyBytes) => rows.prefetch(keyBytes),
  };
}

function both(one: Promise<void> | undefined, two: Promise<void> | undefined): Promise<void> | undefined {
  if (one && two) return Promise.all([one, two]).then(() => undefined);
  return one ?? two;
}
