import type { StoredEntries } from './engine.ts';

/** Entries that are not committed, the next one of the reading last; undefined for a deletion. */
export type UncommittedEntries<V> = (readonly [string, V | undefined])[];

/**
 * Puts what is not committed over a page of what is, in order, and takes it from `uncommitted`.
 * @param page its keys begin with `skip` letters that are left away; behind the last page comes what is left of `uncommitted`.
 */
export function overlaid<V>(
  stored: StoredEntries,
  uncommitted: UncommittedEntries<V>,
  page: {
    readonly isLast: boolean;
    readonly skip: number;
    readonly descending?: boolean | undefined;
    readonly decode: (key: string, bytes: Buffer) => V;
  },
): (readonly [string, V])[] {
  const entries: (readonly [string, V])[] = [];
  const isBefore = page.descending === true ? isGreater : isLess;
  const takeNext = (): void => {
    const [key, value] = uncommitted.pop() ?? ['', undefined];
    if (value !== undefined) entries.push([key, value]);
  };
  for (const [storedKey, bytes] of stored) {
    const key = storedKey.slice(page.skip);
    while (isBefore(uncommitted.at(-1)?.[0] ?? key, key)) takeNext();
    if (uncommitted.at(-1)?.[0] === key) takeNext();
    else entries.push([key, page.decode(key, bytes)]);
  }
  while (page.isLast && uncommitted.length > 0) takeNext();
  return entries;
}

const isLess = (a: string, b: string): boolean => a < b;
const isGreater = (a: string, b: string): boolean => a > b;
