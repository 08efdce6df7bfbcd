import type { Erased } from '../erased.ts';
import type { KeyValueMapper } from '../functions.ts';
import type { NodeFactory } from './operator-node.ts';
import { eachRecord, rxNode } from './rx-node.ts';
import { settled } from './user-answers.ts';

export interface PrintSettings {
  readonly type: 'print';
  /** Stands in brackets before each line. */
  readonly label: string;
  readonly mapper: Erased<KeyValueMapper<unknown, unknown, string>>;
  readonly write: (line: string) => void;
}

/** Writes a line for each record, and passes none on. */
export function printRecords({ label, mapper, write }: PrintSettings): NodeFactory {
  return rxNode(
    (context) =>
      eachRecord(context, ({ key, value }) => {
        const text = settled(mapper(key, value, context.record), 'the mapper');
        settled<unknown>(write(`[${label}]: ${text}`), 'what writes');
      }),
    { keepsKey: true },
  );
}
