import type { Erased } from '../erased.ts';
import type { KeyValueMapper } from '../functions.ts';
import { StreamRecord, type KeyValue } from '../record.ts';
import type { NodeFactory } from './operator-node.ts';
import { eachRecord, rxNode } from './rx-node.ts';
import { listed, paired } from './user-answers.ts';

export interface FlatMapSettings {
  readonly type: 'flat-map';
  readonly mapper: Erased<KeyValueMapper<unknown, unknown, Iterable<KeyValue<unknown, unknown>>>>;
}

/** Any number of records for each. */
export function flatMapRecords({ mapper }: FlatMapSettings): NodeFactory {
  return rxNode(
    (context) =>
      eachRecord(context, (record, subscriber) => {
        const pairs = mapper(record.key, record.value, context.record);
        for (const pair of listed(pairs, 'the mapper')) {
          const [key, value] = paired(pair, 'the mapper');
          subscriber.next(new StreamRecord(key, value, record.timestamp, record.headers));
        }
      }),
    { keepsKey: false },
  );
}
