/** A part of a compiled pattern. */
export type Element = LiteralElement | FieldElement | OptionalElement;

interface LiteralElement {
  readonly kind: 'literal';
  readonly text: string;
}

export interface FieldElement {
  readonly kind: 'field';
  readonly letter: string;
  readonly count: number;
  readonly group: 'DATE' | 'TIME' | 'ZONE';
}

interface OptionalElement {
  readonly kind: 'optional';
  readonly elements: readonly Element[];
}

const groups: Readonly<Record<string, FieldElement['group']>> = {
  G: 'DATE',
  y: 'DATE',
  u: 'DATE',
  M: 'DATE',
  d: 'DATE',
  D: 'DATE',
  E: 'DATE',
  Q: 'DATE',
  q: 'DATE',
  Y: 'DATE',
  w: 'DATE',
  W: 'DATE',
  e: 'DATE',
  c: 'DATE',
  F: 'DATE',
  B: 'TIME',
  a: 'TIME',
  h: 'TIME',
  H: 'TIME',
  K: 'TIME',
  k: 'TIME',
  m: 'TIME',
  s: 'TIME',
  S: 'TIME',
  A: 'TIME',
  n: 'TIME',
  N: 'TIME',
  V: 'ZONE',
  z: 'ZONE',
  O: 'ZONE',
  X: 'ZONE',
  x: 'ZONE',
  Z: 'ZONE',
};

/** How often a letter may repeat. */
const countMax: ReadonlyMap<string, number> = new Map([
  ...Array.from('akV', (letter): [string, number] => [letter, letter === 'a' ? 1 : 2]),
  ...Array.from('dhHKms', (letter): [string, number] => [letter, 2]),
  ...Array.from('zO', (letter): [string, number] => [letter, 4]),
  ...Array.from('GMEQXxZ', (letter): [string, number] => [letter, 5]),
  ...Array.from('yuAnN', (letter): [string, number] => [letter, 19]),
  ...Array.from('qecB', (letter): [string, number] => [letter, 5]),
  ['Y', 19],
  ['w', 2],
  ['W', 1],
  ['F', 1],
  ['D', 3],
  ['S', 9],
]);

/** Counts that Java refuses though they are below the most. */
const oddCounts: Readonly<Record<string, readonly number[]>> = { V: [1], c: [2], B: [2, 3] };

/** @throws {RangeError} where the pattern is wrong, or uses a letter that is not known. */
export function parsePattern(pattern: string): readonly Element[] {
  const stack: Element[][] = [[]];
  let at = 0;
  while (at < pattern.length) {
    const letter = pattern.charAt(at);
    const current = stack.at(-1) ?? [];
    if (/[A-Za-z]/.test(letter)) {
      let end = at;
      while (pattern.charAt(end) === letter) end += 1;
      current.push(field(letter === 'L' ? 'M' : letter, end - at, pattern));
      at = end;
    } else if (letter === "'") {
      const [text, end] = quoted(pattern, at);
      current.push({ kind: 'literal', text });
      at = end;
    } else if (letter === '[') {
      stack.push([]);
      at += 1;
    } else if (letter === ']') {
      const inner = stack.pop();
      const outer = stack.at(-1);
      if (inner === undefined || outer === undefined)
        throw new RangeError(`Pattern invalid as it contains ] without previous [: ${pattern}`);
      outer.push({ kind: 'optional', elements: inner });
      at += 1;
    } else if (/[{}#]/.test(letter)) {
      throw new RangeError(`Pattern includes reserved character: '${letter}'`);
    } else {
      current.push({ kind: 'literal', text: letter });
      at += 1;
    }
  }
  // An optional section that is still open ends with the pattern.
  return stack.reduceRight((inner, outer) => [...outer, { kind: 'optional', elements: inner }]);
}

function field(letter: string, count: number, pattern: string): FieldElement {
  const group = groups[letter];
  if (group === undefined) throw new RangeError(`Unknown pattern letter: ${letter} in '${pattern}'`);
  if (count > (countMax.get(letter) ?? 0) || oddCounts[letter]?.includes(count) === true) {
    throw new RangeError(`Too many pattern letters: ${letter} in '${pattern}'`);
  }
  return { kind: 'field', letter, count, group };
}

function quoted(pattern: string, start: number): readonly [text: string, end: number] {
  if (pattern.charAt(start + 1) === "'") return ["'", start + 2];
  let text = '';
  for (let at = start + 1; at < pattern.length; at += 1) {
    const letter = pattern.charAt(at);
    if (letter !== "'") {
      text += letter;
    } else if (pattern.charAt(at + 1) === "'") {
      text += "'";
      at += 1;
    } else {
      return [text, at + 1];
    }
  }
  throw new RangeError(`Pattern ends with an incomplete string literal: ${pattern}`);
}
