import type { NodeFactory } from './operator-node.ts';
import { eachRecord, rxNode } from './rx-node.ts';

export interface RepartitionFilterSettings {
  readonly type: 'repartition-filter';
  /** False where a left or outer join downstream wants records without a key. */
  readonly dropNullKeys: boolean;
}

/**
 * Drops records without a key before they are repartitioned, unless a left or outer join downstream wants them
 * (KIP-962).
 */
export function repartitionFilter({ dropNullKeys }: RepartitionFilterSettings): NodeFactory {
  return rxNode(
    (context) =>
      eachRecord(context, (record, subscriber) => {
        if (record.key != null || !dropNullKeys) subscriber.next(record);
      }),
    { keepsKey: true },
  );
}
