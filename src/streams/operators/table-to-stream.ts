import { map } from 'rxjs';
import { StreamRecord } from '../record.ts';
import type { Behaviour } from '../topology/nodes.ts';
import type { Change } from './change.ts';
import { rxBehaviour } from './rx-behaviour.ts';

/** The new values of a table's changes, as a stream. */
export function tableToStream<K, V>(): Behaviour {
  return rxBehaviour<K, Change<V>, K, V | null>(
    () =>
      map((record) => new StreamRecord(record.key, record.value.newValue, record.timestamp, record.headers)),
    { keepsKey: true },
  );
}
