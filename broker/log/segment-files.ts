/** File names of a segment: 20 digits of its base offset and a suffix per kind, as in Kafka. */
const DIGITS = 20;

export type SegmentFileKind = 'log' | 'index' | 'timeindex' | 'txnindex' | 'snapshot';

const KINDS: ReadonlySet<string> = new Set(['log', 'index', 'timeindex', 'txnindex', 'snapshot']);

/** A file on its way out; its space is given back after `file.delete.delay.ms`, or at the next start. */
export const DELETED_SUFFIX = '.deleted';

/** Half-made results of a log cleaner: worthless after a crash. */
export const CLEANED_SUFFIX = '.cleaned';

/** Complete results of a log cleaner, about to take the place of what they were made of. */
export const SWAP_SUFFIX = '.swap';

/** What recovery has taken out of a log and not thrown away: a segment, or the end of one. */
export const UNRECOVERED_SUFFIX = '.unrecovered';

export function segmentFileName(baseOffset: number, kind: SegmentFileKind): string {
  return `${String(baseOffset).padStart(DIGITS, '0')}.${kind}`;
}

interface SegmentFile {
  readonly baseOffset: number;
  readonly kind: SegmentFileKind;
}

/** What a file name means, or undefined when it belongs to no segment. */
export function parseSegmentFileName(name: string): SegmentFile | undefined {
  const dot = name.indexOf('.');
  if (dot !== DIGITS) return undefined;
  const digits = name.slice(0, DIGITS);
  const kind = name.slice(DIGITS + 1);
  if (!/^\d+$/.test(digits) || !KINDS.has(kind)) return undefined;
  const baseOffset = Number(digits);
  return Number.isSafeInteger(baseOffset) ? { baseOffset, kind: kind as SegmentFileKind } : undefined;
}
