import type { ForeachAction } from '../builder/functions.ts';
import type { NodeFactory } from '../topology/nodes.ts';
import { eachRecord, rxNode } from './rx-node.ts';
import { settled } from './user-answers.ts';

/** Shows each record to a function, and passes it on unless it is the end of the line. */
export function peekRecords<K, V>(
  action: ForeachAction<K, V>,
  options: { readonly forward: boolean },
): NodeFactory {
  const { forward } = options;
  return rxNode<K, V, K, V>(
    (context) =>
      eachRecord(context, (record, subscriber) => {
        settled<unknown>(action(record.key, record.value, context.record), 'the action');
        if (forward) subscriber.next(record);
      }),
    { keepsKey: true },
  );
}
