import type { KeyValueMapper } from '../builder/functions.ts';
import { StreamRecord } from '../record.ts';
import type { Behaviour } from '../topology/nodes.ts';
import { eachRecord, rxBehaviour } from './rx-behaviour.ts';

/** Gives each record a new key. */
export function selectRecordKey<K, V, KR>(mapper: KeyValueMapper<K, V, KR>): Behaviour {
  return rxBehaviour<K, V, KR, V>(
    (context) =>
      eachRecord(context, (record, subscriber) => {
        const key = mapper(record.key, record.value, context.record);
        subscriber.next(new StreamRecord(key, record.value, record.timestamp, record.headers));
      }),
    { keepsKey: false },
  );
}
