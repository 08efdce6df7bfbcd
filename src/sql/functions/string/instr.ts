import { defineFunction, overloadWithNulls } from '../definition.ts';

/** Where the n-th occurrence begins, from 1; from a negative position the search goes backwards. 0: nowhere. */
function find(
  text: string | null,
  part: string | null,
  position: number | null,
  occurrence: number | null,
): number | null {
  if (text === null || part === null) return 0;
  if (position === null || occurrence === null) return null;
  if (text === '' || part === '' || position === 0 || occurrence < 1) return 0;
  const backwards = position < 0;
  let at = backwards ? text.length + position : position - 1;
  if (at < 0 || at >= text.length) return 0;
  for (let left = occurrence; ; left -= 1) {
    at = backwards ? text.lastIndexOf(part, at) : text.indexOf(part, at);
    if (at === -1) return 0;
    if (left === 1) return at + 1;
    at += backwards ? -1 : 1;
    if (at < 0) return 0;
  }
}

export const instr = defineFunction({
  name: 'instr',
  category: 'STRING',
  description:
    'The position, from 1, of a text in another: of its n-th occurrence, from a position on; 0 if there is none, or one of the texts is null.',
  overloads: [
    overloadWithNulls(['str STRING', 'substring STRING'], 'INTEGER', (str, part) => find(str, part, 1, 1)),
    overloadWithNulls(
      ['str STRING', 'substring STRING', 'position INTEGER'],
      'INTEGER',
      (str, part, position) => find(str, part, position, 1),
    ),
    overloadWithNulls(
      ['str STRING', 'substring STRING', 'position INTEGER', 'occurrence INTEGER'],
      'INTEGER',
      (str, part, position, occurrence) => find(str, part, position, occurrence),
    ),
  ],
  examples: [
    { sql: "INSTR('corporate floor', 'or')", gives: '2' },
    { sql: "INSTR('corporate floor', 'or', 4, 2)", gives: '14' },
    { sql: "INSTR('corporate floor', 'or', -4)", gives: '5' },
  ],
});
