/**
 * A join whose condition is no column of either side, and one that both sides may miss, has a key of its own: ksqlDB calls
 * it `ROWKEY`.
 */

/** The name of such a key: a number above those that columns have where they use that name. */
export function syntheticKeyName(rowNames: Iterable<string>): string {
  const numbers = Array.from(rowNames).flatMap((name) => {
    const match = /(?:^|_)ROWKEY(?:_([0-9]+))?$/.exec(name);
    return match === null ? [] : [Number(match[1] ?? '0')];
  });
  return numbers.length === 0 ? 'ROWKEY' : `ROWKEY_${Math.max(...numbers) + 1}`;
}

/**
 * The names that the joins of these rows may give to keys of their own. Which of them do is known when their conditions
 * are bound; so each counts with those before it and without.
 */
export function syntheticKeyNames(rows: readonly (readonly string[])[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (let joined = 2; joined <= rows.length; joined++) {
    const row = rows.slice(0, joined).flat();
    const after = syntheticKeyName([...row, ...names]);
    names.add(syntheticKeyName(row)).add(after);
  }
  return names;
}
