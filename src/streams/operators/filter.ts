import type { Predicate } from '../builder/functions.ts';
import type { NodeFactory } from '../topology/nodes.ts';
import { eachRecord, rxNode } from './rx-node.ts';
import { decided } from './user-answers.ts';

/** Passes the records for which the predicate holds (`negate`: does not hold). */
export function filterRecords<K, V>(
  predicate: Predicate<K, V>,
  options: { readonly negate: boolean },
): NodeFactory {
  const { negate } = options;
  return rxNode<K, V, K, V>(
    (context) =>
      eachRecord(context, (record, subscriber) => {
        if (decided(predicate(record.key, record.value, context.record)) !== negate) subscriber.next(record);
      }),
    { keepsKey: true },
  );
}
