import { unreachable } from '../../base/assert.ts';
import type { Erased } from '../erased.ts';
import type { Predicate, ValueJoiner, ValueMapper } from '../functions.ts';
import type { ValueAndTimestamp } from '../state/store.ts';
import { filteredView, joinedView, mappedView, suppressedView } from './derived-views.ts';
import type { OperatorContext } from './operator.ts';
import { storeView } from './store-view.ts';

/** The current rows of a table, for an operator that looks them up. */
export interface TableView<K, V> {
  readonly versioned: boolean;
  /** Brings the row of `key` into memory; undefined when it is there already. */
  load(key: K): Promise<void> | undefined;
  /** The row of a prepared key. */
  get(key: K): ValueAndTimestamp<V> | undefined;
  /** The row as it was at a time; only versioned views have a past. */
  getAsOf(key: K, timestamp: number): ValueAndTimestamp<V> | undefined;
  /** Asks for a row ahead of time, by the bytes of its key as a text of latin1. */
  prefetch(keyText: string): void;
}

/** How rows of a table are found: in its store, or, where it is not kept, by what they are made of. */
export type TableViewSettings =
  | { readonly type: 'store'; readonly storeName: string }
  | {
      readonly type: 'filtered';
      readonly parent: TableViewSettings;
      readonly predicate: Erased<Predicate<unknown, unknown>>;
      readonly negate: boolean;
    }
  | {
      readonly type: 'mapped';
      readonly parent: TableViewSettings;
      readonly mapper: Erased<ValueMapper<unknown, unknown, unknown>>;
    }
  | {
      readonly type: 'suppressed';
      readonly parent: TableViewSettings;
      /** Where changes wait. */
      readonly storeName: string;
    }
  | {
      readonly type: 'joined';
      readonly left: TableViewSettings;
      readonly right: TableViewSettings;
      readonly kind: 'inner' | 'left' | 'outer';
      readonly joiner: Erased<ValueJoiner<unknown, unknown, unknown, unknown>>;
    };

/** Returns the stores that an operator with this view must be connected to. */
export function storesOfView(view: TableViewSettings): readonly string[] {
  switch (view.type) {
    case 'store':
      return [view.storeName];
    case 'filtered':
    case 'mapped':
      return storesOfView(view.parent);
    case 'suppressed':
      return [view.storeName, ...storesOfView(view.parent)];
    case 'joined':
      return [...new Set([...storesOfView(view.left), ...storesOfView(view.right)])];
    default:
      return unreachable(view);
  }
}

/** Makes the view of an operator in a task. */
export function tableView(view: TableViewSettings, context: OperatorContext): TableView<unknown, unknown> {
  switch (view.type) {
    case 'store':
      return storeView(view.storeName, context);
    case 'filtered':
      return filteredView(tableView(view.parent, context), view, context);
    case 'mapped':
      return mappedView(tableView(view.parent, context), view, context);
    case 'suppressed':
      return suppressedView(tableView(view.parent, context), view, context);
    case 'joined':
      return joinedView(tableView(view.left, context), tableView(view.right, context), view);
    default:
      return unreachable(view);
  }
}
