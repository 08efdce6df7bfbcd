import type { Erased } from '../erased.ts';
import type { PairMapper } from '../functions.ts';
import { StreamRecord } from '../record.ts';
import type { NodeFactory } from './operator-node.ts';
import { eachRecord, rxNode } from './rx-node.ts';
import { paired } from './user-answers.ts';

export interface MapSettings {
  readonly type: 'map';
  readonly mapper: Erased<PairMapper<unknown, unknown, unknown, unknown>>;
}

/** One record for each, with a new key and value. */
export function mapRecords({ mapper }: MapSettings): NodeFactory {
  return rxNode(
    (context) =>
      eachRecord(context, (record, subscriber) => {
        const pair = mapper(record.key, record.value, context.record);
        const [key, value] = paired(pair, 'the mapper');
        subscriber.next(new StreamRecord(key, value, record.timestamp, record.headers));
      }),
    { keepsKey: false },
  );
}
