import type { Erased } from '../erased.ts';
import type { Predicate } from '../functions.ts';
import { operatorNode, type NodeFactory } from './operator-node.ts';
import { decided } from './user-answers.ts';

export interface BranchSettings {
  readonly type: 'branch';
  /** One for each child, in the order of the topology. */
  readonly predicates: readonly Erased<Predicate<unknown, unknown>>[];
}

/** Sends each record to the child whose predicate is the first to hold. */
export function branchRecords({ predicates }: BranchSettings): NodeFactory {
  return operatorNode(
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
