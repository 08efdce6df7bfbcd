import type { Predicate } from '../builder/functions.ts';
import type { Behaviour } from '../topology/nodes.ts';
import { statefulBehaviour } from './stateful-behaviour.ts';

/** Sends each record to the child whose predicate is the first to hold. */
export function branchRecords<K, V>(predicates: readonly Predicate<K, V>[]): Behaviour {
  return statefulBehaviour<K, V, K, V>(
    (context) => ({
      process(record) {
        for (let index = 0; index < predicates.length; index++) {
          if (predicates[index]?.(record.key, record.value, context.record)) {
            context.forwardTo(index, record);
            return;
          }
        }
      },
    }),
    { keepsKey: true },
  );
}
