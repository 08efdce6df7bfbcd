import { map } from 'rxjs';
import { StreamRecord } from '../record.ts';
import type { NodeFactory } from '../topology/nodes.ts';
import type { Change } from './change.ts';
import { rxNode } from './rx-node.ts';

/** The new values of a table's changes, as a stream. */
export function tableToStream<K, V>(): NodeFactory {
  return rxNode<K, Change<V>, K, V | null>(
    () =>
      map((record) => new StreamRecord(record.key, record.value.newValue, record.timestamp, record.headers)),
    { keepsKey: true },
  );
}
