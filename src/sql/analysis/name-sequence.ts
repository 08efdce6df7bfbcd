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
