import type { OperatorFunction } from 'rxjs';
import type { Erased } from '../erased.ts';
import type { AnyRecord } from '../record.ts';
import type { NodeFactory } from './operator-node.ts';
import { eachRecord, rxNode } from './rx-node.ts';
import { checkForwarded } from './user-answers.ts';

export interface PipeSettings {
  readonly type: 'pipe';
  readonly operator: Erased<OperatorFunction<AnyRecord, AnyRecord>>;
  readonly keepsKey: boolean;
}

/**
 * A node of RxJS operators that an application brought along. What they emit is checked: nothing else says that an
 * operator emits records.
 */
export function userPipe({ operator, keepsKey }: PipeSettings): NodeFactory {
  return rxNode(
    (context) => (source) =>
      operator(source).pipe(
        eachRecord(context, (record, subscriber) => {
          checkForwarded(record, 'the operator');
          subscriber.next(record);
        }),
      ),
    { keepsKey },
  );
}
