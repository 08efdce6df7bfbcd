import { defineFunction, overloadWithNulls } from '../definition.ts';

/**
 * Where the n-th occurrence begins, from 1; from a negative position the search goes backwards, and what is found ends
 * there or in front of it. 0: nowhere. An empty text is found where the search begins.
 */
function find(
  text: string | null,
  part: string | null,
  position: number | null,
  occurrence: number | null,
): number | null {
  if (text === null || part === null) return 0;
  if (position === null || occurrence === null) return null;
  if (position === 0 || Math.abs(position) > text.length || occurrence < 1) return 0;
  const backwards = position < 0;
  let at = backwards ? text.length + position - part.length + 1 : position - 1;
  if (part === '') return at + 1;
  if (at < 0) return 0;
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
