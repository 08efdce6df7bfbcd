/** Versions of a message or field, both ends included; {@link NO_VERSIONS} is empty. */
export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

/** The end of an open range: "3+" is 3 to this. */
const VERSION_MAX = 32767;

export const ALL_VERSIONS: VersionRange = { min: 0, max: VERSION_MAX };
export const NO_VERSIONS: VersionRange = { min: 0, max: -1 };

/** Reads "3", "3-7", "3+" and "none". */
export function versionRange(text: string): VersionRange {
  if (text === 'none') return NO_VERSIONS;
  const match = /^(\d+)(?:(\+)|-(\d+))?$/.exec(text);
  if (match === null) throw new RangeError(`not a range of versions: ${text}`);
  const min = Number(match[1]);
  if (match[2] === '+') return { min, max: VERSION_MAX };
  return { min, max: match[3] === undefined ? min : Number(match[3]) };
}

export function includesVersion(range: VersionRange, version: number): boolean {
  return version >= range.min && version <= range.max;
}

export function intersectVersions(a: VersionRange, b: VersionRange): VersionRange {
  const min = Math.max(a.min, b.min);
  const max = Math.min(a.max, b.max);
  return min > max ? NO_VERSIONS : { min, max };
}

export function isEmptyRange(range: VersionRange): boolean {
  return range.max < range.min;
}
