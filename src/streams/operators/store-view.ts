import type { TableState, WindowState } from '../state/states.ts';
import type { StoreHandle } from '../state/store-handle.ts';
import type { Windowed } from '../windows/windowed.ts';
import type { SessionState } from '../state/states.ts';
import { assert } from '../../base/assert.ts';
import type { OperatorContext } from './operator.ts';
import type { TableView } from './table-view.ts';

/** The rows of a table that is kept in a store. */
export function storeView(storeName: string, context: OperatorContext): TableView<unknown, unknown> {
  const store = context.store(storeName);
  // Which kind of store a table has was decided by the operator that built it, and with it the type of its keys.
  switch (store.definition.kind) {
    case 'window':
      return windowView(store as WindowState<unknown, unknown>);
    case 'session':
      return sessionView(store as SessionState<unknown, unknown>);
    default:
      return keyValueView(store);
  }
}

function keyValueView(handle: StoreHandle): TableView<unknown, unknown> {
  const { kind } = handle.definition;
  assert(kind === 'key-value' || kind === 'versioned', `${handle.name} is a ${kind} store, not a table's`);
  const store = handle as TableState<unknown, unknown>;
  return {
    versioned: store.versioned,
    load: (key) => store.load(key),
    get: (key) => store.get(key),
    getAsOf: (key, timestamp) => store.getAsOf(key, timestamp),
    prefetch: (keyText) => store.prefetch(keyText),
  };
}

function windowView<K, V>(store: WindowState<K, V>): TableView<Windowed<K>, V> {
  return {
    versioned: false,
    load: ({ key, window }) => store.load(key, window.startMs),
    get: ({ key, window }) => store.get(key, window.startMs),
    getAsOf: ({ key, window }) => store.get(key, window.startMs),
    prefetch: () => {},
  };
}

function sessionView<K, V>(store: SessionState<K, V>): TableView<Windowed<K>, V> {
  const get = ({
    key,
    window,
  }: Windowed<K>): { readonly value: V; readonly timestamp: number } | undefined => {
    const { startMs, endMs } = window;
    const found = store
      .find(key, { fromMs: endMs, toMs: startMs })
      .find((s) => s.startMs === startMs && s.endMs === endMs);
    return found && { value: found.value, timestamp: endMs };
  };
  return {
    versioned: false,
    load: ({ key }) => store.load(key),
    get,
    getAsOf: get,
    prefetch: () => {},
  };
}
