/** What generated code does with a field: the locals that it fills, and its cases by tag. */
export interface FieldCode {
  readonly locals: readonly string[];
  readonly cases: string;
}

/** The body of a generated function that reads fields as long as there are any, and then does what `finish` says. */
export function fieldLoop(code: readonly FieldCode[], finish: string): string {
  const locals = code.flatMap((each) => each.locals);
  return `let ${['t = 0', 'n = 0', 's = 0', 'q = 0', 'x = null', ...locals].join(', ')};
    while (p < e) {
      t = b[p++];
      if (t > 127) { t = varint32(b, p - 1); p = c.at; }
      switch (t) {
        ${code.map(({ cases }) => cases).join('\n')}
        default: p = skip(b, p, t);
      }
    }
    if (p !== e) throw truncated();
    ${finish}`;
}
