import type { ValueMapper } from '../builder/functions.ts';
import { StreamRecord } from '../record.ts';
import type { NodeFactory } from '../topology/nodes.ts';
import { eachRecord, rxNode } from './rx-node.ts';
import { settled } from './user-answers.ts';

/** One record for each, with a new value. */
export function mapRecordValues<K, V, VR>(mapper: ValueMapper<K, V, VR>): NodeFactory {
  return rxNode<K, V, K, VR>(
    (context) =>
      eachRecord(context, (record, subscriber) => {
        const value = settled(mapper(record.value, record.key, context.record), 'the mapper');
        subscriber.next(new StreamRecord(record.key, value, record.timestamp, record.headers));
      }),
    { keepsKey: true },
  );
}
