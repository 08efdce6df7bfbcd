import type { KeyValueMapper } from '../builder/functions.ts';
import { StreamRecord } from '../record.ts';
import type { NodeFactory } from '../topology/nodes.ts';
import { eachRecord, rxNode } from './rx-node.ts';
import { settled } from './user-answers.ts';

/** Gives each record a new key. */
export function selectRecordKey<K, V, KR>(mapper: KeyValueMapper<K, V, KR>): NodeFactory {
  return rxNode<K, V, KR, V>(
    (context) =>
      eachRecord(context, (record, subscriber) => {
        const key = settled(mapper(record.key, record.value, context.record), 'the mapper of the key');
        subscriber.next(new StreamRecord(key, record.value, record.timestamp, record.headers));
      }),
    { keepsKey: false },
  );
}
