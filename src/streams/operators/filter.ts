import type { Predicate } from '../builder/functions.ts';
import type { Behaviour } from '../topology/nodes.ts';
import { eachRecord, rxBehaviour } from './rx-behaviour.ts';

/** Passes the records for which the predicate holds (`negate`: does not hold). */
export function filterRecords<K, V>(
  predicate: Predicate<K, V>,
  options: { readonly negate: boolean },
): Behaviour {
  const { negate } = options;
  return rxBehaviour<K, V, K, V>(
    (context) =>
      eachRecord(context, (record, subscriber) => {
        if (predicate(record.key, record.value, context.record) !== negate) subscriber.next(record);
      }),
    { keepsKey: true },
  );
}
