import { DiagnosticError } from '../../base/errors.ts';
import { joinWithTable } from '../operators/stream-table-join.ts';
import type { StreamDescriptor, TableDescriptor } from './dsl.ts';
import type { ValueJoiner } from './functions.ts';
import type { Joined } from './options.ts';
import { repartition } from './repartition.ts';
import { requireSerdes } from './require-serdes.ts';

/** Looks each record of a stream up in a table. The stream is repartitioned where its key was changed. */
export function joinStreamWithTable<K, V, VT, VR>(
  stream: StreamDescriptor<K, V>,
  request: {
    readonly table: TableDescriptor<K, VT>;
    readonly joiner: ValueJoiner<K, V, VT, VR>;
    readonly joined: Joined<K, V, VT>;
    readonly left: boolean;
  },
): StreamDescriptor<K, VR> {
  const { table, joiner, joined, left } = request;
  const { dsl } = stream;
  const part = stream.repartitionRequired
    ? repartition(stream, { ...joined, topicName: joined.name ?? stream.name })
    : stream;
  const sources = [...new Set([...part.sources, ...table.sources])];
  dsl.topology.addCopartitionGroup(sources);
  const name = dsl.topology.nameOr(joined.name, left ? 'KSTREAM-LEFTJOIN-' : 'KSTREAM-JOIN-');
  const view = table.view();

  const stores = [...view.storeNames];
  let buffer: { readonly storeName: string; readonly gracePeriodMs: number } | undefined;
  if (joined.gracePeriodMs !== undefined) {
    if (!table.versioned()) {
      throw new DiagnosticError({
        message: 'a table must be versioned to be joined with a grace period',
        hint: 'give historyRetentionMs to the table',
      });
    }
    const storeName = `${name}-Buffer`;
    const serdes = requireSerdes(name, joined, part);
    dsl.topology.addStore(storeName, () => ({
      kind: 'buffer',
      name: storeName,
      storeType: 'memory',
      cachingEnabled: false,
      loggingEnabled: true,
      logConfig: {},
      perKey: false,
      bounded: false,
      ...serdes,
    }));
    stores.unshift(storeName);
    buffer = { storeName, gracePeriodMs: joined.gracePeriodMs };
  }
  if (left) for (const step of part.repartitions) step.dropNullKeys = false;

  const factory = joinWithTable({ view, joiner, left, buffer });
  dsl.topology.addProcessor({ name, parents: [part.node], stores: () => stores, factory });
  return {
    dsl,
    name,
    node: name,
    keySerde: joined.keySerde ?? part.keySerde,
    valueSerde: undefined,
    sources,
    repartitionRequired: false,
    repartitions: [...part.repartitions, ...table.repartitions],
  };
}
