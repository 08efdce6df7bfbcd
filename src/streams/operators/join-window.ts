import type { StreamRecord } from '../record.ts';
import type { JoinState } from '../state/states.ts';
import type { NodeFactory } from '../topology/nodes.ts';
import { operatorNode } from './operator-node.ts';

/** Puts one side's records where the other side's join will look for them, and passes them on to their own join. */
export function joinWindow<K, V>(storeName: string): NodeFactory {
  return operatorNode<K, V, K, V>(
    (context) => {
      const store = context.store<JoinState<K, V>>(storeName);
      const at = (timestamp: number): { readonly fromMs: number; readonly toMs: number } => ({
        fromMs: timestamp,
        toMs: timestamp,
      });
      return {
        prefetch: (keyBytes: Buffer, timestamp: number) => store.prefetch(keyBytes, at(timestamp)),
        load: (record: StreamRecord<K, V>) =>
          record.key == null ? undefined : store.load(record.key, at(record.timestamp)),
        process(record: StreamRecord<K, V>) {
          context.forward(record);
          if (record.key == null || record.value == null) return;
          if (!store.put(record.key, record.value, record.timestamp)) context.dropped('expired-store');
        },
      };
    },
    { keepsKey: true },
  );
}
