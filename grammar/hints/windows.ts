import { lastOf, openParenthesis } from './place.ts';

/** What a window or a join is missing, or has in another place than here: hints to syntax errors. */
export function hintForWindowOrJoin(words: readonly string[], index: number): string | undefined {
  return hintForDuration(words, index) ?? hintForWindow(words, index) ?? hintForJoin(words, index);
}

/** An example for joins. */
export const JOIN =
  'sources are joined with a condition: FROM a JOIN b ON a.id = b.id; two streams with WITHIN 1 HOUR before ON';

const DAYS_OF: Readonly<Record<string, number>> = { WEEK: 7, MONTH: 30, YEAR: 365 };
const UNITS = /^(MILLISECOND|SECOND|MINUTE|HOUR|DAY|WEEK|MONTH|YEAR)S?$/;
const UNIT_NAMES = ['SECOND', 'MINUTE', 'HOUR', 'DAY'];
const WINDOWS: ReadonlySet<string> = new Set(['TUMBLING', 'HOPPING', 'SESSION']);

/** What Flink calls them. */
const OTHER_KINDS: Readonly<Record<string, string>> = {
  TUMBLE: 'TUMBLING (SIZE 1 HOUR)',
  HOP: 'HOPPING (SIZE 1 HOUR, ADVANCE BY 10 MINUTES)',
};

function hintForDuration(words: readonly string[], index: number): string | undefined {
  const [before = '', here = '', next = ''] = [words[index - 1], words[index], words[index + 1]];
  const days = DAYS_OF[here.replace(/S$/, '')];
  if (days !== undefined && /^\d+$/.test(before))
    return `the longest unit of a duration is the day: ${Number(before) * days} DAYS`;
  if (/^\d*\.\d+$/.test(here) && UNITS.test(next))
    return 'a duration is a whole number of its unit: 90 MINUTES, not 1.5 HOURS';
  return undefined;
}

function hintForWindow(words: readonly string[], index: number): string | undefined {
  const [before = '', here = ''] = [words[index - 1], words[index]];
  if (before === 'WINDOW' && Object.hasOwn(OTHER_KINDS, here)) return `it is WINDOW ${OTHER_KINDS[here]}`;
  if (here === 'SLIDING' && before === 'WINDOW')
    return 'there is no sliding window: HOPPING (SIZE 1 HOUR, ADVANCE BY 1 MINUTE) moves in small steps';
  if (here === 'WINDOW' && lastOf(words, index, ['FROM', 'WHERE', 'GROUP', 'HAVING', 'PARTITION']) !== 'FROM')
    return 'WINDOW stands behind the source: FROM name WINDOW TUMBLING (SIZE 1 HOUR) WHERE ... GROUP BY ...';
  if (WINDOWS.has(before) && here !== '(')
    return `its size stands in parentheses: WINDOW ${before} (SIZE 1 HOUR)`;
  if (before === 'WINDOW' && here === '(')
    return 'its kind stands before the parenthesis: WINDOW TUMBLING (SIZE 1 HOUR)';
  if (['SIZE', 'BY', 'PERIOD', 'RETENTION'].includes(before) && /^('|\d+[A-Z])/.test(here)) {
    const [, amount = '1', letter = 'H'] = /(\d+)\s*(\w)?/.exec(here) ?? [];
    const unit = UNIT_NAMES.find((name) => name.startsWith(letter)) ?? 'HOUR';
    return `a duration is a number and a unit: ${before} ${amount} ${unit}${amount === '1' ? '' : 'S'}`;
  }
  if (
    /^\d+$/.test(before) &&
    openParenthesis(words, index) > 0 &&
    WINDOWS.has(words[openParenthesis(words, index) - 1] ?? '') &&
    !UNITS.test(here)
  )
    return `a duration is a number and a unit: ${before} ${before === '1' ? 'MINUTE' : 'MINUTES'}`;
  const open = openParenthesis(words, index);
  const kind = words[open - 1] ?? '';
  if (!WINDOWS.has(kind)) return undefined;
  const inside = words.slice(open + 1, index);
  const isFirst = inside.length === 0;
  if (kind === 'SESSION' && isFirst) return 'a session window has the gap that ends it: SESSION (10 MINUTES)';
  if (isFirst)
    return `a window has a size: ${kind} (SIZE 1 HOUR${kind === 'HOPPING' ? ', ADVANCE BY 10 MINUTES' : ''})`;
  if (kind === 'HOPPING' && !inside.includes('ADVANCE'))
    return `the step stands behind the size: HOPPING (${shown(inside)}, ADVANCE BY 1 ${(inside[2] ?? 'MINUTE').replace(/S$/, '')})`;
  if (here === 'ADVANCE' || words[index + 1] === 'ADVANCE')
    return 'windows that advance by less than their size are HOPPING (SIZE 1 HOUR, ADVANCE BY 10 MINUTES)';
  if (inside.includes('GRACE') && (here === 'RETENTION' || words[index + 1] === 'RETENTION'))
    return 'RETENTION stands before GRACE PERIOD';
  return undefined;
}

function hintForJoin(words: readonly string[], index: number): string | undefined {
  const [before = '', here = ''] = [words[index - 1], words[index]];
  if (here === ')' && words[index - 3] === '(' && words[index - 4] === 'WITHIN') {
    const duration = `${words[index - 2] ?? ''} ${before}`;
    return `it is WITHIN ${duration}, or with parentheses before and after: WITHIN (${duration}, ${duration})`;
  }
  if (here === 'WITHIN' && words.lastIndexOf('ON', index) > words.lastIndexOf('JOIN', index))
    return 'WITHIN stands before ON: JOIN b WITHIN 1 HOUR ON a.id = b.id';
  if (here === 'SEMI' || here === 'ANTI') return JOIN;
  const isUsing = here === 'USING' || before === 'USING';
  if (isUsing && words.lastIndexOf('JOIN', index) > words.lastIndexOf('FROM', index)) return JOIN;
  const joined = words.lastIndexOf('JOIN', index - 1);
  // Where nothing forbids it, these words have been read as an alias of what stands before them.
  const isOpen = joined > words.lastIndexOf('FROM', index) && !words.slice(joined, index).includes('ON');
  const isCross = ['CROSS', 'NATURAL'].includes(words[joined - 1] ?? '');
  return isOpen && (isCross || /^(|WHERE|GROUP|EMIT|LIMIT|AND|WINDOW|JOIN)$/.test(here)) ? JOIN : undefined;
}

const shown = (words: readonly string[]): string => words.slice(0, 3).join(' ');
