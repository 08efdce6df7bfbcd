import type { RepartitionStep } from '../builder/dsl.ts';
import type { NodeFactory } from '../topology/nodes.ts';
import { eachRecord, rxNode } from './rx-node.ts';

/**
 * Drops records without a key before they are repartitioned, unless a left or outer join downstream wants them
 * (KIP-962).
 */
export function repartitionFilter(step: RepartitionStep): NodeFactory {
  return rxNode<unknown, unknown, unknown, unknown>(
    (context) =>
      eachRecord(context, (record, subscriber) => {
        if (record.key != null || !step.dropNullKeys) subscriber.next(record);
      }),
    { keepsKey: true },
  );
}
