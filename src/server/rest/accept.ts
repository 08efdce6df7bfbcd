/** A part of the header Accept. RFC 9110, section 12.5.1. */
interface MediaRange {
  readonly name: string;
  readonly quality: number;
}

/**
 * The one of some types that a client likes best, of those that it likes as well the one that is named first in its header, and of
 * those that a range covers the first one here; undefined where it takes none of them. Without a header it takes any.
 */
export function acceptedType<T extends string>(
  accept: string | undefined,
  types: readonly T[],
): T | undefined {
  const header = accept?.trim() ?? '';
  if (header === '') return types[0];
  const ranges = header.split(',').map(mediaRange);
  const refused = new Set(ranges.filter(({ quality }) => quality === 0).map(({ name }) => name));
  const wanted = ranges.filter(({ quality }) => quality > 0).sort((a, b) => b.quality - a.quality);
  for (const { name } of wanted) {
    const type = types.find((each) => covers(name, each) && !refused.has(each));
    if (type !== undefined) return type;
  }
  return undefined;
}

function mediaRange(text: string): MediaRange {
  const [name = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  return { name, quality: quality === undefined ? 1 : Number(quality) || 0 };
}

function covers(range: string, type: string): boolean {
  if (range === type || range === '*/*' || range === '*') return true;
  return range.endsWith('/*') && type.startsWith(range.slice(0, -1));
}
