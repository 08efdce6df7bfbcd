import { StreamRecord } from '../../record.ts';
import type { Subscription, SubscriptionState } from '../../state/states.ts';
import type { NodeFactory } from '../../topology/nodes.ts';
import type { Change } from '../change.ts';
import { operatorNode } from '../operator-node.ts';
import type { ResponseMessage } from './messages.ts';

/** Tells everyone who refers to a row that it has changed. */
export function notifySubscribers<KO, K, VO>(storeName: string, versioned: () => boolean): NodeFactory {
  return operatorNode<KO, Change<VO>, K, ResponseMessage<VO>>(
    (context) => {
      const store = context.store<SubscriptionState<KO, K>>(storeName);
      const latestOnly = versioned();
      return {
        process(record): void | Promise<void> {
          if (record.key == null) return context.dropped('null-key');
          if (latestOnly && !record.value.isLatest) return context.dropped('expired-store');
          const notify = (subscribers: readonly Subscription<KO, K>[]): void => {
            for (const { primaryKey, primaryPartition, hash } of subscribers) {
              const message = { hash, foreignValue: record.value.newValue, primaryPartition };
              context.forward(new StreamRecord(primaryKey, message, record.timestamp, record.headers));
            }
          };
          const subscribers = store.subscribers(record.key);
          return subscribers instanceof Promise ? subscribers.then(notify) : notify(subscribers);
        },
      };
    },
    { keepsKey: false },
  );
}
