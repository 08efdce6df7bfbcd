import type { KeyValueMapper } from '../builder/functions.ts';
import { StreamRecord, type KeyValue } from '../record.ts';
import type { Behaviour } from '../topology/nodes.ts';
import { eachRecord, rxBehaviour } from './rx-behaviour.ts';

/** Any number of records for each. */
export function flatMapRecords<K, V, KR, VR>(
  mapper: KeyValueMapper<K, V, Iterable<KeyValue<KR, VR>>>,
): Behaviour {
  return rxBehaviour<K, V, KR, VR>(
    (context) =>
      eachRecord(context, (record, subscriber) => {
        for (const [key, value] of mapper(record.key, record.value, context.record)) {
          subscriber.next(new StreamRecord(key, value, record.timestamp, record.headers));
        }
      }),
    { keepsKey: false },
  );
}
