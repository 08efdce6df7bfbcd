import type { Erased } from '../erased.ts';
import type { PairMapper } from '../functions.ts';
import { StreamRecord, type KeyValue } from '../record.ts';
import { type NodeFactory, operatorNode } from './operator-node.ts';
import { Change } from '../change.ts';
import { paired } from './user-answers.ts';

export interface GroupTableSettings {
  readonly type: 'group-table';
  readonly selector: Erased<PairMapper<unknown, unknown, unknown, unknown>>;
  /** The table is versioned: only what is the latest of its key counts. */
  readonly latestOnly: boolean;
}

/**
 * Gives the old and the new value of each change their groups. One group: one change. Two: the old group loses its
 * value first, then the new one gains its own.
 */
export function mapTableForGrouping({ selector, latestOnly }: GroupTableSettings): NodeFactory {
  return operatorNode<unknown, Change<unknown>, unknown, Change<unknown>>(
    (context) => {
      return {
        process(record) {
          const { newValue, oldValue, isLatest } = record.value;
          if (record.key == null) throw new Error('a table cannot be grouped by a null key');
          if (latestOnly && !isLatest) return;
          const groupOf = (value: unknown): KeyValue<unknown, unknown> =>
            paired(selector(record.key, value, context.record), 'the selector');
          const after = newValue == null ? undefined : groupOf(newValue);
          const before = oldValue == null ? undefined : groupOf(oldValue);
          const [newKey, added] = after ?? [null, null];
          const [oldKey, removed] = before ?? [null, null];
          const emit = (key: unknown, change: Change<unknown>): void =>
            context.forward(new StreamRecord(key, change, record.timestamp, record.headers));
          if (
            newKey != null &&
            added != null &&
            oldKey != null &&
            removed != null &&
            sameKey(newKey, oldKey)
          ) {
            emit(newKey, new Change(added, removed, isLatest));
            return;
          }
          if (oldKey != null && removed != null) emit(oldKey, new Change(null, removed, isLatest));
          if (newKey != null && added != null) emit(newKey, new Change(added, null, isLatest));
        },
      };
    },
    { keepsKey: false },
  );
}

/** Equality by value, as Java's `equals` has it: keys may be arrays, buffers or plain objects. */
function sameKey(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Buffer.isBuffer(a) && Buffer.isBuffer(b)) return a.equals(b);
  if (a instanceof Map && b instanceof Map) return sameKey([...a], [...b]);
  const entries = Object.entries(a);
  const others = Object.entries(b);
  return (
    Object.getPrototypeOf(a) === Object.getPrototypeOf(b) &&
    entries.length === others.length &&
    entries.every(([name, value], i) => others[i]?.[0] === name && sameKey(value, others[i]?.[1]))
  );
}
