import type { Erased } from '../erased.ts';
import type { ForeachAction } from '../functions.ts';
import type { NodeFactory } from './operator-node.ts';
import { eachRecord, rxNode } from './rx-node.ts';
import { settled } from './user-answers.ts';

export interface PeekSettings {
  readonly type: 'peek';
  readonly action: Erased<ForeachAction<unknown, unknown>>;
  /** False at the end of the line. */
  readonly forward: boolean;
}

/** Shows each record to a function, and passes it on unless it is the end of the line. */
export function peekRecords({ action, forward }: PeekSettings): NodeFactory {
  return rxNode(
    (context) =>
      eachRecord(context, (record, subscriber) => {
        settled<unknown>(action(record.key, record.value, context.record), 'the action');
        if (forward) subscriber.next(record);
      }),
    { keepsKey: true },
  );
}
