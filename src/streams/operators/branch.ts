import type { Predicate } from '../builder/functions.ts';
import type { NodeFactory } from '../topology/nodes.ts';
import { operatorNode } from './operator-node.ts';
import { decided } from './user-answers.ts';

/** Sends each record to the child whose predicate is the first to hold. */
export function branchRecords<K, V>(predicates: readonly Predicate<K, V>[]): NodeFactory {
  return operatorNode<K, V, K, V>(
    (context) => ({
      process(record) {
        for (let index = 0; index < predicates.length; index++) {
          const predicate = predicates[index];
          if (predicate && decided(predicate(record.key, record.value, context.record))) {
            context.forwardTo(index, record);
            return;
          }
        }
      },
    }),
    { keepsKey: true },
  );
}
