import { tokenize } from '../../../grammar/lexer.ts';
import type { Random } from './random.ts';

/** What may stand in the place of a token, of every kind, and what should nowhere. */
const STRANGE = [
  '0',
  '-1',
  '99999999999999999999999',
  '1e999',
  '1.',
  '.5',
  "''",
  "'x'",
  '""',
  '``',
  '`weird name`',
  '${x}',
  '$',
  ';',
  '--',
  '/*',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '<',
  '>',
  '->',
  '=>',
  ':=',
  '.',
  ',',
  '*',
  '||',
  '%',
  '@',
  '\\',
  '\u0000',
  'é',
  '😀',
  'SELECT',
  'FROM',
  'NULL',
  'STRUCT',
  'ARRAY',
  'CASE',
  'END',
  'CAST',
  'AS',
  'KEY',
  'WINDOW',
  'EMIT',
  'NOT',
  'BETWEEN',
  'IN',
  'MAX_VALUE',
  '__proto__',
  'constructor',
  'toString',
  'ROWTIME',
  'COUNT(*)',
  'EXPLODE(ARRAY[1])',
  'x => x',
  'DECIMAL(99, 98)',
] as const;

/** The tokens of a text with what stands before each; undefined where it cannot be cut into tokens. */
export function tokensOf(text: string): readonly string[] {
  return tokenize(text).tokens.map(({ image }) => image);
}

function kindOf(token: string): string {
  if (/^[0-9.]/.test(token)) return 'number';
  if (token.startsWith("'")) return 'text';
  return /^[A-Za-z_`"]/.test(token) ? 'word' : 'sign';
}

/** A statement with one to three of its tokens dropped, doubled, swapped or replaced, or with a part of another in it. */
export function mutated(tokens: readonly string[], pool: readonly string[], random: Random): string {
  const changed = [...tokens];
  // What is nearly right gets furthest: mostly one change, and half of those by a token of the same kind.
  for (let changes = random.chance(0.6) ? 1 : 1 + random.below(3); changes > 0; changes--) {
    const at = random.below(changed.length);
    const token = changed[at] ?? '';
    const alike = pool.filter((other) => kindOf(other) === kindOf(token));
    switch (random.chance(0.5) && alike.length > 0 ? 7 : random.below(7)) {
      case 7:
        changed[at] = random.of(alike);
        break;
      case 0:
        changed.splice(at, 1);
        break;
      case 1:
        changed.splice(at, 0, token);
        break;
      case 2:
        changed.splice(at, 2, changed[at + 1] ?? '', token);
        break;
      case 3:
        changed[at] = random.of(pool);
        break;
      case 4:
        changed[at] = random.of(STRANGE);
        break;
      case 5:
        changed.splice(at, 0, random.of(STRANGE));
        break;
      default: {
        const from = random.below(pool.length);
        changed.splice(at, random.below(4), ...pool.slice(from, from + 1 + random.below(6)));
      }
    }
    if (changed.length === 0) return ';';
  }
  const text = changed.join(' ');
  return random.chance(0.05) ? text.slice(0, random.below(text.length)) : text;
}
