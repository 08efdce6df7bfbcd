import { map } from 'rxjs';
import type { Change } from '../change.ts';
import { StreamRecord } from '../record.ts';
import type { NodeFactory } from './operator-node.ts';
import { rxNode } from './rx-node.ts';

export interface TableToStreamSettings {
  readonly type: 'table-to-stream';
}

/** The new values of a table's changes, as a stream. */
export function tableToStream(_settings: TableToStreamSettings): NodeFactory {
  return rxNode(
    () =>
      map((record) => {
        // What a table forwards is a change.
        const { newValue } = record.value as Change<unknown>;
        return new StreamRecord(record.key, newValue, record.timestamp, record.headers);
      }),
    { keepsKey: true },
  );
}
