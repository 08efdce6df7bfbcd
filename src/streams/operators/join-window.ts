import type { StreamRecord } from '../record.ts';
import type { JoinState } from '../state/states.ts';
import { operatorNode, type NodeFactory } from './operator-node.ts';

export interface JoinWindowSettings {
  readonly type: 'join-window';
  readonly storeName: string;
}

/** Puts one side's records where the other side's join will look for them, and passes them on to their own join. */
export function joinWindow({ storeName }: JoinWindowSettings): NodeFactory {
  return operatorNode<unknown, unknown, unknown, unknown>(
    (context) => {
      const store = context.store<JoinState<unknown, unknown>>(storeName);
      const at = (timestamp: number): { readonly fromMs: number; readonly toMs: number } => ({
        fromMs: timestamp,
        toMs: timestamp,
      });
      return {
        prefetch: (keyText: string, timestamp: number) => store.prefetch(keyText, at(timestamp)),
        load: (record: StreamRecord<unknown, unknown>) =>
          record.key == null ? undefined : store.load(record.key, at(record.timestamp)),
        process(record: StreamRecord<unknown, unknown>) {
          context.forward(record);
          if (record.key == null || record.value == null) return;
          if (!store.put(record.key, record.value, record.timestamp)) context.dropped('expired-store');
        },
      };
    },
    { keepsKey: true },
  );
}
