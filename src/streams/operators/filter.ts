import type { Erased } from '../erased.ts';
import type { Predicate } from '../functions.ts';
import type { NodeFactory } from './operator-node.ts';
import { eachRecord, rxNode } from './rx-node.ts';
import { decided } from './user-answers.ts';

export interface FilterSettings {
  readonly type: 'filter';
  readonly predicate: Erased<Predicate<unknown, unknown>>;
  readonly negate: boolean;
}

/** Passes the records for which the predicate holds (`negate`: does not hold). */
export function filterRecords({ predicate, negate }: FilterSettings): NodeFactory {
  return rxNode(
    (context) =>
      eachRecord(context, (record, subscriber) => {
        if (decided(predicate(record.key, record.value, context.record)) !== negate) subscriber.next(record);
      }),
    { keepsKey: true },
  );
}
