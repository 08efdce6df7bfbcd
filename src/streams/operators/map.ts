import type { PairMapper } from '../builder/functions.ts';
import type { NodeFactory } from '../topology/nodes.ts';
import { StreamRecord } from '../record.ts';
import { eachRecord, rxNode } from './rx-node.ts';
import { paired } from './user-answers.ts';

/** One record for each, with a new key and value. */
export function mapRecords<K, V, KR, VR>(mapper: PairMapper<K, V, KR, VR>): NodeFactory {
  return rxNode<K, V, KR, VR>(
    (context) =>
      eachRecord(context, (record, subscriber) => {
        const pair = mapper(record.key, record.value, context.record);
        const [key, value] = paired(pair, 'the mapper');
        subscriber.next(new StreamRecord(key, value, record.timestamp, record.headers));
      }),
    { keepsKey: false },
  );
}
