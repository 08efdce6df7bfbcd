import { lenientParser } from '../../values/lenient-pattern.ts';
import { boundOverload, defineFunction } from '../definition.ts';

const MS_PER_DAY = 86_400_000;

/** Patterns are nearly always constants: the last one's parser is kept. */
function parsing({ nowMs }: { readonly nowMs: () => number }) {
  let last: string | undefined;
  let parse: (text: string) => number = () => 0;
  return (text: string | null, pattern: string | null): number | null => {
    if (text === null || pattern === null) return null;
    if (pattern !== last) {
      parse = lenientParser(pattern, nowMs);
      last = pattern;
    }
    const ms = parse(text);
    if (ms % MS_PER_DAY !== 0) throw new RangeError('Date format contains time field.');
    return ms / MS_PER_DAY;
  };
}

export const parseDateFunction = defineFunction({
  name: 'parse_date',
  category: 'DATE / TIME',
  description:
    "The date of a text, by a pattern of Java's SimpleDateFormat, leniently: the 32nd of January is the first of February, and what follows is not read.",
  overloads: [boundOverload(['formattedDate STRING', 'formatPattern STRING'], 'DATE', parsing)],
  examples: [
    { sql: "PARSE_DATE('01/feb/2022', 'dd/MMM/yyyy')", gives: "CAST('2022-02-01' AS DATE)" },
    { sql: "PARSE_DATE('2022-1-32', 'yyyy-MM-dd')", gives: "CAST('2022-02-01' AS DATE)" },
    { sql: "PARSE_DATE('2022-05', 'yyyy-MM')", gives: "CAST('2022-05-01' AS DATE)" },
  ],
});
