import type { Erased } from '../erased.ts';
import type { Predicate, ValueJoiner, ValueMapper } from '../functions.ts';
import type { Change } from '../change.ts';
import type { BufferState } from '../state/states.ts';
import type { ValueAndTimestamp } from '../state/store.ts';
import type { OperatorContext } from './operator.ts';
import type { TableView } from './table-view.ts';
import { decided, settled } from './user-answers.ts';

type Row = ValueAndTimestamp<unknown> | undefined;
type Rows = TableView<unknown, unknown>;

/** The rows of a filtered table that is not kept: the parent's rows that match. */
export function filteredView(
  rows: Rows,
  filter: { readonly predicate: Erased<Predicate<unknown, unknown>>; readonly negate: boolean },
  context: OperatorContext,
): Rows {
  const { predicate, negate } = filter;
  const matching = (key: unknown, row: Row): Row =>
    row && decided(predicate(key, row.value, context.record)) !== negate ? row : undefined;
  return {
    ...lookUps(rows),
    get: (key) => matching(key, rows.get(key)),
    getAsOf: (key, timestamp) => matching(key, rows.getAsOf(key, timestamp)),
  };
}

/** The rows of a mapped table that is not kept: the parent's rows, mapped when asked for. */
export function mappedView(
  rows: Rows,
  { mapper }: { readonly mapper: Erased<ValueMapper<unknown, unknown, unknown>> },
  context: OperatorContext,
): Rows {
  const mapped = (key: unknown, row: Row): Row => {
    if (!row) return undefined;
    const value = settled(mapper(row.value, key, context.record), 'the mapper');
    return value == null ? undefined : { value, timestamp: row.timestamp };
  };
  return {
    ...lookUps(rows),
    get: (key) => mapped(key, rows.get(key)),
    getAsOf: (key, timestamp) => mapped(key, rows.getAsOf(key, timestamp)),
  };
}

/** The rows of a join of two tables that is not kept: joined when asked for. */
export function joinedView(
  left: Rows,
  right: Rows,
  join: {
    readonly kind: 'inner' | 'left' | 'outer';
    readonly joiner: Erased<ValueJoiner<unknown, unknown, unknown, unknown>>;
  },
): Rows {
  const { kind, joiner } = join;
  const get = (key: unknown): Row => {
    const one = left.get(key);
    const two = right.get(key);
    if (!one && !two) return undefined;
    if (!one && kind !== 'outer') return undefined;
    if (!two && kind === 'inner') return undefined;
    const value = settled(joiner(one?.value ?? null, two?.value ?? null, key), 'the joiner');
    if (value == null) return undefined;
    return { value, timestamp: Math.max(one?.timestamp ?? -1, two?.timestamp ?? -1) };
  };
  return {
    versioned: false,
    load: (key) => both(left.load(key), right.load(key)),
    prefetch(keyText) {
      left.prefetch(keyText);
      right.prefetch(keyText);
    },
    get,
    getAsOf: get,
  };
}

/**
 * The rows of a suppressed table: of a key that waits, what it was before the first change that is held back; else the
 * row of the table itself.
 */
export function suppressedView(
  rows: Rows,
  { storeName }: { readonly storeName: string },
  context: OperatorContext,
): Rows {
  const buffer = context.store<BufferState<unknown, Change<unknown>>>(storeName);
  const get = (key: unknown): Row => {
    const waiting = buffer.get(key);
    if (waiting === undefined) return rows.get(key);
    const { oldValue } = waiting.value;
    // When it was forwarded is not known any more: the other side's time counts.
    return oldValue === null ? undefined : { value: oldValue, timestamp: -1 };
  };
  return {
    versioned: false,
    load: (key) => both(rows.load(key), buffer.load(key)),
    prefetch: (keyText) => rows.prefetch(keyText),
    get,
    getAsOf: get,
  };
}

function lookUps(rows: Rows): Pick<Rows, 'versioned' | 'load' | 'prefetch'> {
  return {
    versioned: rows.versioned,
    load: (key) => rows.load(key),
    prefetch: (keyText) => rows.prefetch(keyText),
  };
}

function both(one: Promise<void> | undefined, two: Promise<void> | undefined): Promise<void> | undefined {
  if (one && two) return Promise.all([one, two]).then(() => undefined);
  return one ?? two;
}
