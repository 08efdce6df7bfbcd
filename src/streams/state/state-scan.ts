import { OperationalError } from '../../base/errors.ts';
import { endOfPrefix, type ScanRange, type StoreEngine } from './engine.ts';
import { overlaid, type UncommittedEntries } from './overlaid-page.ts';

export interface StateScan<V> {
  readonly engine: StoreEngine;
  /** Of the store's keys in the engine. */
  readonly prefix: string;
  readonly range: ScanRange;
  /** About so many bytes of committed entries are read at a time. */
  readonly bytesMax: number;
  /** What is over the committed entries; asked when the reading begins. */
  readonly uncommitted: () => UncommittedEntries<V>;
  readonly decode: (key: string, bytes: Buffer) => V;
  readonly isClosed: () => boolean;
}

/**
 * Entries of a range in its order as they are when the reading begins.
 * @throws {OperationalError} `STORE_NOT_AVAILABLE` when the store is closed meanwhile.
 */
export async function* scanPages<V>({
  engine,
  prefix,
  range,
  bytesMax,
  uncommitted,
  decode,
  isClosed,
}: StateScan<V>): AsyncGenerator<readonly (readonly [string, V])[], void> {
  if (isClosed()) throw notAvailable();
  const { from, to, descending } = range;
  if (to !== undefined && to <= from) return;
  const end = to === undefined ? endOfPrefix(prefix) : prefix + to;
  const over = uncommitted();
  const scan = engine.openScan({ from: prefix + from, to: end, descending }, bytesMax);
  const skip = prefix.length;
  try {
    for (;;) {
      if (isClosed()) throw notAvailable();
      const { entries, isLast } = await scan.next();
      yield overlaid(entries, over, { isLast, skip, descending, decode });
      if (isLast) return;
    }
  } finally {
    await scan.close();
  }
}

function notAvailable(): OperationalError {
  return new OperationalError('STORE_NOT_AVAILABLE', 'the store was closed while it was read', {
    retriable: true,
  });
}
