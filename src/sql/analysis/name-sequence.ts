/** Returns a source of generated names, `<prefix>0` and so on, that leaves out those that are taken. */
export function nameSequence(prefix: string, taken: Iterable<string>): () => string {
  const used = new Set(taken);
  let next = 0;
  return () => {
    for (;;) {
      const name = `${prefix}${next++}`;
      if (!used.has(name)) return name;
    }
  };
}

/** The name, with a number where it is taken; it is taken from then on. */
export function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let n = 1; taken.has(name); n += 1) name = `${wanted}_${n}`;
  taken.add(name);
  return name;
}
