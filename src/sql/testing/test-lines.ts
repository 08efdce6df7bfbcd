import { isObject, type Json } from './lossless-json.ts';

/** The line of each test in the text of its file: where its name is written, or else where the one before it was. */
export function testLines(text: string, tests: readonly Json[]): readonly number[] {
  let at = 0;
  return tests.map((test) => {
    const name = isObject(test) ? test['name'] : undefined;
    if (typeof name === 'string') at = placeOfName(text, JSON.stringify(name), at) ?? at;
    return text.slice(0, at).split('\n').length;
  });
}

function placeOfName(text: string, name: string, from: number): number | undefined {
  for (let at = text.indexOf(name, from); at >= 0; at = text.indexOf(name, at + 1)) {
    if (/"name"\s*:\s*$/.test(text.slice(Math.max(0, at - 40), at))) return at + name.length;
  }
  return undefined;
}
