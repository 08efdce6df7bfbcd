import type { ValueMapper } from '../builder/functions.ts';
import { StreamRecord } from '../record.ts';
import type { Behaviour } from '../topology/nodes.ts';
import { eachRecord, rxBehaviour } from './rx-behaviour.ts';

/** Any number of values for each record, under its key. */
export function flatMapRecordValues<K, V, VR>(mapper: ValueMapper<K, V, Iterable<VR>>): Behaviour {
  return rxBehaviour<K, V, K, VR>(
    (context) =>
      eachRecord(context, (record, subscriber) => {
        for (const value of mapper(record.value, record.key, context.record)) {
          subscriber.next(new StreamRecord(record.key, value, record.timestamp, record.headers));
        }
      }),
    { keepsKey: true },
  );
}
