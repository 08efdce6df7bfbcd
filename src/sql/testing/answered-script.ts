/**
 * Scripts of our own kind (`.sqltest`): statements with what they answer behind them.
 *
 * - `--< TOPIC: KEY => VALUE @ TIME` writes a record; `null` stands for a key or a value that is missing.
 * - `--> LINE` is one line of what the statement above answers: a row of a SELECT as JSON (before the first, the schema
 *   may stand), a record of PRINT as `KEY => VALUE @ TIME`, a line of EXPLAIN.
 * - `--! TEXT` says that the statement above is refused, and what its message holds.
 * - `--^ WORDS` says what stands where the message points to.
 *
 * A statement ends with a semicolon at the end of a line.
 */
export type ScriptItem =
  | { readonly kind: 'statement'; readonly text: string; readonly line: number; readonly expected: Expected }
  | { readonly kind: 'record'; readonly text: string; readonly line: number };

export interface Expected {
  /** Lines of the answer; none are expected where there are none. */
  readonly answer: readonly string[];
  /** Each has to be in the message of the refusal. */
  readonly refusal: readonly string[];
  readonly place?: string;
}

const EXPECTATION = /^--([<>!^]) ?(.*)$/;

/** Cuts the text of one test into its statements and records. Lines count from that of the text's beginning. */
export function scriptItems(text: string): readonly ScriptItem[] {
  const items: ScriptItem[] = [];
  let open: { text: string; line: number } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const [, mark, rest = ''] = EXPECTATION.exec(line) ?? [];
    if (mark === '<') {
      items.push({ kind: 'record', text: rest.trim(), line: index + 1 });
    } else if (mark !== undefined) {
      items.push(withExpectation(items.pop(), mark, rest));
    } else if (open !== undefined || !/^\s*(?:--.*)?$/.test(line)) {
      open =
        open === undefined ? { text: line, line: index + 1 } : { ...open, text: `${open.text}\n${line}` };
      if (!/;\s*$/.test(line)) continue;
      items.push({ kind: 'statement', ...open, expected: { answer: [], refusal: [] } });
      open = undefined;
    }
  }
  if (open !== undefined) items.push({ kind: 'statement', ...open, expected: { answer: [], refusal: [] } });
  return items;
}

function withExpectation(item: ScriptItem | undefined, mark: string, text: string): ScriptItem {
  if (item?.kind !== 'statement') throw new Error(`--${mark} ${text}: there is no statement above it`);
  const { expected } = item;
  switch (mark) {
    case '>':
      return { ...item, expected: { ...expected, answer: [...expected.answer, text.trimEnd()] } };
    case '!':
      return { ...item, expected: { ...expected, refusal: [...expected.refusal, text.trimEnd()] } };
    default:
      return { ...item, expected: { ...expected, place: text.trimEnd() } };
  }
}
