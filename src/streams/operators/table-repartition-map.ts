import type { PairMapper } from '../builder/functions.ts';
import { StreamRecord, type KeyValue } from '../record.ts';
import type { NodeFactory } from '../topology/nodes.ts';
import { Change } from './change.ts';
import { operatorNode } from './operator-node.ts';
import { paired } from './user-answers.ts';

/**
 * Gives the old and the new value of each change their groups. One group: one change. Two: the old group loses its
 * value first, then the new one gains its own.
 */
export function mapTableForGrouping<K, V, KR, VR>(
  mapper: PairMapper<K, V, KR | null, VR | null>,
  versioned: () => boolean,
): NodeFactory {
  return operatorNode<K, Change<V>, KR, Change<VR>>(
    (context) => {
      const latestOnly = versioned();
      return {
        process(record) {
          const { newValue, oldValue, isLatest } = record.value;
          if (record.key == null) throw new Error('a table cannot be grouped by a null key');
          if (latestOnly && !isLatest) return;
          const groupOf = (value: V): KeyValue<KR | null, VR | null> =>
            paired(mapper(record.key, value, context.record), 'the selector');
          const after = newValue == null ? undefined : groupOf(newValue);
          const before = oldValue == null ? undefined : groupOf(oldValue);
          const [newKey, added] = after ?? [null, null];
          const [oldKey, removed] = before ?? [null, null];
          const emit = (key: KR, change: Change<VR>): void =>
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
          if (oldKey != null && removed != null) emit(oldKey, new Change<VR>(null, removed, isLatest));
          if (newKey != null && added != null) emit(newKey, new Change<VR>(added, null, isLatest));
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
