import { DiagnosticError } from '../../../base/errors.ts';
import type { Erased } from '../../erased.ts';
import type { ValueJoiner } from '../../functions.ts';
import { storesOfView } from '../../operators/table-view.ts';
import type { Serde } from '../../serde.ts';
import { frozen, type StreamBase, type StreamNode, type TableNode } from './node.ts';
import { nodeKind, oneNode } from './node-kind.ts';
import { requireSerdes } from './require-serdes.ts';

/** Each record of a stream with the row of its key in a table. */
export interface StreamTableJoin extends StreamBase<'stream-table-join'> {
  readonly inputs: readonly [StreamNode, TableNode];
  readonly joiner: Erased<ValueJoiner<unknown, unknown, unknown, unknown>>;
  readonly left: boolean;
  /** Waits this long for late rows of the table. */
  readonly gracePeriodMs: number | undefined;
  /** Of the stream that is joined. */
  readonly streamValueSerde: Serde<unknown> | undefined;
}

export function streamTableJoin(
  stream: StreamNode,
  table: TableNode,
  given: Pick<StreamTableJoin, 'joiner' | 'left'> & {
    readonly joined: {
      readonly name?: string;
      readonly keySerde?: Serde<unknown>;
      readonly valueSerde?: Serde<unknown>;
      readonly gracePeriodMs?: number;
    };
  },
): StreamTableJoin {
  const { joiner, left, joined } = given;
  if (joined.gracePeriodMs !== undefined && !table.versioned) {
    throw new DiagnosticError({
      message: 'a table must be versioned to be joined with a grace period',
      hint: 'give historyRetentionMs to the table',
    });
  }
  return frozen<StreamTableJoin>({
    kind: 'stream-table-join',
    shape: 'stream',
    inputs: [stream, table],
    name: joined.name,
    keySerde: joined.keySerde ?? stream.keySerde,
    valueSerde: undefined,
    keyChanged: false,
    changes: 'everything',
    joiner,
    left,
    gracePeriodMs: joined.gracePeriodMs,
    streamValueSerde: joined.valueSerde ?? stream.valueSerde,
  });
}

const streamSerdes = (node: StreamTableJoin) => ({
  keySerde: node.keySerde,
  valueSerde: node.streamValueSerde,
});

export const streamTableJoinKind = nodeKind<StreamTableJoin>({
  names(node, take) {
    take.repartition(0, node.name ?? take.of(node.inputs[0]).name);
    return oneNode(take.node(node.name, node.left ? 'KSTREAM-LEFTJOIN-' : 'KSTREAM-JOIN-'));
  },
  check(node, { name }) {
    if (node.gracePeriodMs !== undefined) requireSerdes(name, streamSerdes(node));
  },
  requires: (node) => [
    {
      when: 'key-changed',
      ...streamSerdes(node),
      sharedBy: node.inputs[0],
      isNew: node.name !== undefined,
    },
    undefined,
  ],
  copartitioned: true,
  takesNullKeys: ({ left }) => left,
  looksUp: ({ inputs: [, table] }) => [table],
  lower(node, into) {
    const { joiner, left, gracePeriodMs } = node;
    const { name } = into.names;
    const view = into.viewOf(node.inputs[1]);
    const stores = storesOfView(view);
    if (gracePeriodMs === undefined) {
      into.processor({ type: 'stream-table-join', view, joiner, left, buffer: undefined }, stores);
      return;
    }
    const storeName = `${name}-Buffer`;
    into.store({
      kind: 'buffer',
      name: storeName,
      storeType: 'rocksdb',
      cachingEnabled: false,
      loggingEnabled: true,
      logConfig: {},
      perKey: false,
      keyTellsTime: false,
      limited: false,
      bounded: false,
      ...requireSerdes(name, streamSerdes(node)),
    });
    const buffer = { storeName, gracePeriodMs };
    into.processor({ type: 'stream-table-join', view, joiner, left, buffer }, [storeName, ...stores]);
  },
});
