/** Steps that a backtracking engine may take for one match where there is another: 2.4 ms, before V8 compiles it. */
export const BACKTRACKING_STEPS = 1_000_000;
/** And where there is no other: about 20 ms, for which all that the process serves may wait. */
export const BACKTRACKING_STEPS_MAX = 10_000_000;
/** Repeats beyond this many are as good as unbounded. */
const REPEATS_FEW = 3;

/**
 * The longest text on which a backtracking engine stays within a number of steps, by an upper bound of what the
 * expression can make it try: each `*` or `+` can end at any place of the text, and a match can begin at any place, so k
 * of them cost n to the power of k + 1. A repeated group that repeats or chooses inside can cost 2 to the power of n.
 *
 * The bound is coarse: many a harmless expression is told to be dangerous on a long text.
 */
export function safeLength(source: string, steps: number): number {
  const { unbounded, isExponential, choices } = countRepeats(source);
  if (isExponential) return Math.floor(Math.log2(steps) / (1 + choices));
  return Math.floor((steps / 2 ** choices) ** (1 / (unbounded + 1)));
}

interface Repeats {
  unbounded: number;
  /** Optional parts, and few repeats, each of which doubles what can be tried. */
  choices: number;
  isExponential: boolean;
}

const TOKEN =
  /\\(?:[pPkuxN]\{[^}]*\}|c.|.)|\[\^?(?:\\.|\[(?:\\.|[^\]\\])*\]|[^\]\\])*\]|\(\?<?[=!:]|\(\?<\w+>|\{(\d+)(,?)(\d*)\}|./gs;

function countRepeats(source: string): Repeats {
  const total: Repeats = { unbounded: 0, choices: 0, isExponential: false };
  /** Whether each open group can match in more than one way; the last one has just been closed. */
  const open: boolean[] = [false];
  let closed = false;
  for (const match of source.matchAll(TOKEN)) {
    const [token, least, comma, most] = match;
    const isGroupEnd = token === ')';
    if (token.startsWith('(')) {
      open.push(false);
      closed = false;
    } else if (isGroupEnd) {
      closed = open.pop() ?? false;
      if (closed) open[open.length - 1] = true;
    } else if (token === '|') {
      open[open.length - 1] = true;
      total.choices += 1;
    } else if (token === '*' || token === '+' || token === '?' || least !== undefined) {
      const repeats = repeatsOf(token, { least, comma, most });
      if (repeats > 1 && closed) total.isExponential = true;
      if (repeats > REPEATS_FEW) total.unbounded += 1;
      else total.choices += repeats;
      open[open.length - 1] = true;
    } else if (/^\\[1-9k]/.test(token)) total.unbounded += 1;
    if (!isGroupEnd) closed = false;
  }
  return total;
}

/** How many times more than it must a quantified part can match. */
function repeatsOf(
  token: string,
  { least, comma, most }: Readonly<Record<'least' | 'comma' | 'most', string | undefined>>,
): number {
  if (token === '?') return 1;
  if (least === undefined) return Number.POSITIVE_INFINITY;
  // An exact count is not a choice, but a group that can match in two ways can do so each time.
  if (comma === '') return Number(least);
  return most === '' ? Number.POSITIVE_INFINITY : Number(most);
}
