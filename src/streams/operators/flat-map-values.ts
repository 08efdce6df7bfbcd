import type { ValueMapper } from '../builder/functions.ts';
import { StreamRecord } from '../record.ts';
import type { NodeFactory } from '../topology/nodes.ts';
import { eachRecord, rxNode } from './rx-node.ts';
import { listed, settled } from './user-answers.ts';

/** Any number of values for each record, under its key. */
export function flatMapRecordValues<K, V, VR>(mapper: ValueMapper<K, V, Iterable<VR>>): NodeFactory {
  return rxNode<K, V, K, VR>(
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
