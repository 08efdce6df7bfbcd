import { DiagnosticError } from '../../base/errors.ts';
import type { SuppressSettings } from '../operators/suppress.ts';
import type { NodeFactory } from '../topology/nodes.ts';
import type { TableDescriptor } from './dsl.ts';
import type { KTable } from './ktable.ts';
import type { Named } from './options.ts';
import { requireSerdes } from './require-serdes.ts';

/** Limits of a suppression buffer, and what happens beyond them. */
export interface SuppressBuffer {
  readonly recordsMax?: number;
  readonly bytesMax?: number;
  /** `emit` the oldest early (not for window closes), or `fail`. */
  readonly whenFull?: 'emit' | 'fail';
  readonly loggingEnabled?: boolean;
}

export type Suppressed = Named & { readonly buffer?: SuppressBuffer } & (
    | { readonly until: 'window-closes' }
    | { readonly until: 'time-limit'; readonly waitMs: number }
  );

/** Adds a suppression; the operator itself is handed in to keep the graph of imports flat. */
export function suppressTable<K, V>(
  part: TableDescriptor<K, V>,
  suppressed: Suppressed,
  operator: (settings: SuppressSettings<K>) => NodeFactory,
): KTable<K, V> {
  const { topology } = part.dsl;
  const name = suppressed.name ?? topology.newProcessorName('KTABLE-SUPPRESS-');
  const storeName =
    suppressed.name === undefined ? topology.newStoreName('KTABLE-SUPPRESS-') : `${suppressed.name}-store`;
  const { buffer = {} } = suppressed;
  const final = suppressed.until === 'window-closes';
  if (final && buffer.whenFull === 'emit') {
    throw new DiagnosticError({ message: 'a buffer that waits for windows to close cannot emit early' });
  }
  if (final && (part.gracePeriodMs === undefined || part.windowCloseOf === undefined)) {
    throw new DiagnosticError({
      message: `${name} waits for windows to close, but the table is not windowed`,
    });
  }
  const serdes = requireSerdes(name, {}, part);
  topology.addStore(storeName, () => ({
    kind: 'buffer',
    name: storeName,
    storeType: 'memory',
    cachingEnabled: false,
    loggingEnabled: buffer.loggingEnabled ?? true,
    logConfig: {},
    perKey: true,
    bounded: buffer.bytesMax !== undefined,
    ...serdes,
  }));
  const settings: SuppressSettings<K> = {
    storeName,
    waitMs: suppressed.until === 'time-limit' ? suppressed.waitMs : (part.gracePeriodMs ?? 0),
    timeOf: final ? part.windowCloseOf : undefined,
    dropTombstones: final,
    recordsMax: buffer.recordsMax ?? Number.POSITIVE_INFINITY,
    bytesMax: buffer.bytesMax ?? Number.POSITIVE_INFINITY,
    whenFull: buffer.whenFull ?? (final ? 'fail' : 'emit'),
  };
  topology.addProcessor({
    name,
    parents: [part.name],
    stores: () => [storeName],
    factory: operator(settings),
  });
  return part.dsl.table<K, V>({
    ...part,
    name,
    queryableStoreName: undefined,
    enableSendingOldValues: (force) => part.enableSendingOldValues(force),
    view: () => {
      throw new DiagnosticError({
        message: `rows of the suppressed table ${name} cannot be looked up`,
        hint: 'join the table before it is suppressed, or turn it into a stream and back',
      });
    },
    versioned: () => false,
  });
}
