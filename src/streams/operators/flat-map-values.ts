import type { Erased } from '../erased.ts';
import type { ValueMapper } from '../functions.ts';
import { StreamRecord } from '../record.ts';
import type { NodeFactory } from './operator-node.ts';
import { eachRecord, rxNode } from './rx-node.ts';
import { listed, settled } from './user-answers.ts';

export interface FlatMapValuesSettings {
  readonly type: 'flat-map-values';
  readonly mapper: Erased<ValueMapper<unknown, unknown, Iterable<unknown>>>;
}

/** Any number of values for each record, under its key. */
export function flatMapRecordValues({ mapper }: FlatMapValuesSettings): NodeFactory {
  return rxNode(
    (context) =>
      eachRecord(context, (record, subscriber) => {
        const values = mapper(record.value, record.key, context.record);
        for (const each of listed(values, 'the mapper')) {
          const value = settled(each, 'the mapper');
          subscriber.next(new StreamRecord(record.key, value, record.timestamp, record.headers));
        }
      }),
    { keepsKey: true },
  );
}
