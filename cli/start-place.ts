import { DiagnosticError } from '../src/base/errors.ts';
import type { Admin, TopicPartition } from '../src/client/index.ts';

/** Where in a topic to begin, as a user writes it. */
export type StartPlace =
  | { readonly at: 'earliest' | 'latest' }
  | { readonly offset: number }
  /** So many records before the end. */
  | { readonly last: number }
  | { readonly timestamp: number };

/** @throws {DiagnosticError} */
export function startPlace(text: string): StartPlace {
  if (text === 'earliest' || text === 'beginning') return { at: 'earliest' };
  if (text === 'latest' || text === 'end') return { at: 'latest' };
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return { offset: Number(text) };
  if (/^-\d+$/.test(text) && Number.isSafeInteger(Number(text))) return { last: -Number(text) };
  const kcatTime = /^s@(\d+)$/.exec(text)?.[1];
  const timestamp = kcatTime === undefined ? Date.parse(text) : Number(kcatTime);
  if (Number.isSafeInteger(timestamp) && timestamp >= 0) return { timestamp };
  throw new DiagnosticError({
    message: `${text} is not a place in a topic`,
    hint: 'use earliest, latest, an offset, -n for the last n records, or a time such as 2026-01-31T00:00:00Z',
  });
}

/** The offset of the place in each partition; where nothing is as new as the time asked for, its end. */
export async function offsetsAt(
  admin: Admin,
  partitions: readonly TopicPartition[],
  place: StartPlace,
): Promise<readonly (TopicPartition & { readonly offset: number })[]> {
  if ('offset' in place) return partitions.map((p) => ({ ...p, offset: place.offset }));
  const list = (spec: 'earliest' | 'latest') => admin.listOffsets(partitions.map((p) => ({ ...p, spec })));
  if ('at' in place) return list(place.at);
  const ends = await list('latest');
  if ('last' in place) {
    const starts = await list('earliest');
    return ends.map((end, i) => ({
      ...end,
      offset: Math.max(starts[i]?.offset ?? 0, end.offset - place.last),
    }));
  }
  const spec = { timestamp: place.timestamp };
  const found = await admin.listOffsets(partitions.map((p) => ({ ...p, spec })));
  return found.map((f, i) => (f.offset === -1 ? { ...f, offset: ends[i]?.offset ?? 0 } : f));
}
