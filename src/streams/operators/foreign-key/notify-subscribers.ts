import { StreamRecord } from '../../record.ts';
import { eachRow } from '../../state/pages.ts';
import type { SubscriptionState } from '../../state/states.ts';
import { type NodeFactory, operatorNode } from '../operator-node.ts';
import type { Change } from '../../change.ts';
import type { ResponseMessage } from './messages.ts';

export interface NotifySettings {
  readonly type: 'foreign-key-notify';
  readonly storeName: string;
  /** The table is versioned: only what is the latest of its key counts. */
  readonly latestOnly: boolean;
}

/** Tells everyone who refers to a row that it has changed. */
export function notifySubscribers({ storeName, latestOnly }: NotifySettings): NodeFactory {
  return operatorNode<unknown, Change<unknown>, unknown, ResponseMessage<unknown>>(
    (context) => {
      const store = context.store<SubscriptionState<unknown, unknown>>(storeName);
      return {
        process(record): void | Promise<void> {
          if (record.key == null) return context.dropped('null-key');
          if (latestOnly && !record.value.isLatest) return context.dropped('expired-store');
          return eachRow(store.subscribers(record.key), ({ primaryKey, primaryPartition, hash }) => {
            const message = { hash, foreignValue: record.value.newValue, primaryPartition };
            context.forward(new StreamRecord(primaryKey, message, record.timestamp, record.headers));
          });
        },
      };
    },
    { keepsKey: false },
  );
}
