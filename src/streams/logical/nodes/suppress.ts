import { DiagnosticError } from '../../../base/errors.ts';
import type { SuppressBuffer } from '../../options.ts';
import { frozen, type TableBase, type TableNode } from './node.ts';
import { type NodeNames, nodeKind } from './node-kind.ts';
import { requireSerdes } from './require-serdes.ts';

/** Changes of a table that are held back. */
export interface Suppress extends TableBase<'suppress'> {
  readonly inputs: readonly [TableNode];
  /** Undefined: until its window closes. */
  readonly waitMs: number | undefined;
  readonly buffer: SuppressBuffer;
}

interface Names extends NodeNames {
  readonly store: string;
}

export function suppress(input: TableNode, given: Pick<Suppress, 'name' | 'waitMs' | 'buffer'>): Suppress {
  const { keySerde, valueSerde, closeAfterMs } = input;
  if (given.waitMs === undefined && given.buffer.whenFull === 'emit') {
    throw new DiagnosticError({ message: 'a buffer that waits for windows to close cannot emit early' });
  }
  if (input.versioned) {
    throw new DiagnosticError({
      message: 'suppress() is only supported for non-versioned KTables',
      hint: 'leave historyRetentionMs away, or suppress what is made of the table',
    });
  }
  return frozen<Suppress>({
    kind: 'suppress',
    shape: 'table',
    inputs: [input],
    keySerde,
    valueSerde,
    storeName: undefined,
    versioned: false,
    closeAfterMs,
    ...given,
  });
}

export const suppressKind = nodeKind<Suppress, Names>({
  names({ name: given }, take) {
    // Unlike everywhere else, no number is used up where a name is given.
    const name = take.claimNode(given ?? take.generated('KTABLE-SUPPRESS-'));
    const store = take.store(given === undefined ? undefined : `${given}-store`, 'KTABLE-SUPPRESS-');
    return { name, node: name, store };
  },
  check(node, { name }) {
    if (node.waitMs === undefined && node.closeAfterMs === undefined) {
      throw new DiagnosticError({
        message: `${name} waits for windows to close, but the table is not windowed`,
      });
    }
    requireSerdes(name, node);
  },
  // What is told, and what is looked up while a key waits, are old values: the table keeps them.
  needsOldValues: ({ inputs }) => inputs,
  table: {
    rows: ({ inputs }) => ({ madeOf: inputs }),
    view: (node, { store: storeName }, viewOf) => ({
      type: 'suppressed',
      parent: viewOf(node.inputs[0]),
      storeName,
    }),
  },
  lower(node, into) {
    const { name, store } = into.names;
    const { buffer, waitMs } = node;
    const final = waitMs === undefined;
    into.store({
      kind: 'buffer',
      name: store,
      storeType: 'rocksdb',
      cachingEnabled: false,
      loggingEnabled: buffer.loggingEnabled ?? true,
      logConfig: {},
      perKey: true,
      keyTellsTime: final,
      limited: buffer.recordsMax !== undefined || buffer.bytesMax !== undefined,
      bounded: buffer.bytesMax !== undefined,
      ...requireSerdes(name, node),
    });
    into.processor(
      {
        type: 'suppress',
        storeName: store,
        waitMs: waitMs ?? node.closeAfterMs ?? 0,
        timeOf: final ? 'window-end' : 'record',
        dropTombstones: final,
        recordsMax: buffer.recordsMax ?? Number.POSITIVE_INFINITY,
        bytesMax: buffer.bytesMax ?? Number.POSITIVE_INFINITY,
        whenFull: buffer.whenFull ?? (final ? 'fail' : 'emit'),
      },
      [store],
    );
  },
});
