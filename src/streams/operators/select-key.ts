import type { Erased } from '../erased.ts';
import type { KeyValueMapper } from '../functions.ts';
import { StreamRecord } from '../record.ts';
import type { NodeFactory } from './operator-node.ts';
import { eachRecord, rxNode } from './rx-node.ts';
import { settled } from './user-answers.ts';

export interface SelectKeySettings {
  readonly type: 'select-key';
  readonly mapper: Erased<KeyValueMapper<unknown, unknown, unknown>>;
}

/** Gives each record a new key. */
export function selectRecordKey({ mapper }: SelectKeySettings): NodeFactory {
  return rxNode(
    (context) =>
      eachRecord(context, (record, subscriber) => {
        const key = settled(mapper(record.key, record.value, context.record), 'the mapper of the key');
        subscriber.next(new StreamRecord(key, record.value, record.timestamp, record.headers));
      }),
    { keepsKey: false },
  );
}
