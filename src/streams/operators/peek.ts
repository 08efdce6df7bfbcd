import type { ForeachAction } from '../builder/functions.ts';
import type { Behaviour } from '../topology/nodes.ts';
import { eachRecord, rxBehaviour } from './rx-behaviour.ts';

/** Shows each record to a function, and passes it on unless it is the end of the line. */
export function peekRecords<K, V>(
  action: ForeachAction<K, V>,
  options: { readonly forward: boolean },
): Behaviour {
  const { forward } = options;
  return rxBehaviour<K, V, K, V>(
    (context) =>
      eachRecord(context, (record, subscriber) => {
        action(record.key, record.value, context.record);
        if (forward) subscriber.next(record);
      }),
    { keepsKey: true },
  );
}
