import type { KeyValueMapper } from '../builder/functions.ts';
import { StreamRecord, type KeyValue } from '../record.ts';
import type { NodeFactory } from '../topology/nodes.ts';
import { eachRecord, rxNode } from './rx-node.ts';

/** Any number of records for each. */
export function flatMapRecords<K, V, KR, VR>(
  mapper: KeyValueMapper<K, V, Iterable<KeyValue<KR, VR>>>,
): NodeFactory {
  return rxNode<K, V, KR, VR>(
    (context) =>
      eachRecord(context, (record, subscriber) => {
        for (const [key, value] of mapper(record.key, record.value, context.record)) {
          subscriber.next(new StreamRecord(key, value, record.timestamp, record.headers));
        }
      }),
    { keepsKey: false },
  );
}
