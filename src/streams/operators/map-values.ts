import type { Erased } from '../erased.ts';
import type { ValueMapper } from '../functions.ts';
import { StreamRecord } from '../record.ts';
import type { NodeFactory } from './operator-node.ts';
import { eachRecord, rxNode } from './rx-node.ts';
import { settled } from './user-answers.ts';

export interface MapValuesSettings {
  readonly type: 'map-values';
  readonly mapper: Erased<ValueMapper<unknown, unknown, unknown>>;
}

/** One record for each, with a new value. */
export function mapRecordValues({ mapper }: MapValuesSettings): NodeFactory {
  return rxNode(
    (context) =>
      eachRecord(context, (record, subscriber) => {
        const value = settled(mapper(record.value, record.key, context.record), 'the mapper');
        subscriber.next(new StreamRecord(record.key, value, record.timestamp, record.headers));
      }),
    { keepsKey: true },
  );
}
