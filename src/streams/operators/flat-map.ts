import type { KeyValueMapper } from '../builder/functions.ts';
import { StreamRecord, type KeyValue } from '../record.ts';
import type { NodeFactory } from '../topology/nodes.ts';
import { eachRecord, rxNode } from './rx-node.ts';
import { listed, paired } from './user-answers.ts';

/** Any number of records for each. */
export function flatMapRecords<K, V, KR, VR>(
  mapper: KeyValueMapper<K, V, Iterable<KeyValue<KR, VR>>>,
): NodeFactory {
  return rxNode<K, V, KR, VR>(
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
