/** The parts of a text that name a zone or an offset, by the letters V, z, O, X, x and Z. */
import type { FieldElement } from './pattern-elements.ts';
import type { Reading } from './pattern-parse.ts';
import { knownZone } from './zones.ts';

export function readZone(text: string, at: number, reading: Reading): number {
  const name = /^[A-Za-z][A-Za-z0-9_/+\-:]*|^[+-][0-9:]+/.exec(text.slice(at))?.[0];
  if (name === undefined) return -1;
  const zone = knownZone(name);
  if (zone === undefined) return -1;
  reading.zone = zone;
  return at + name.length;
}

/** Offsets by the number of letters X, x or Z. */
const COMPACT = /^([+-])(\d{2})(\d{2})(\d{2})?/;
const WITH_COLON = /^([+-])(\d{2}):(\d{2})(?::(\d{2}))?/;
const offsetForms: Readonly<Record<string, RegExp>> = {
  X1: /^([+-])(\d{2})(\d{2})?/,
  X2: /^([+-])(\d{2})(\d{2})/,
  X3: /^([+-])(\d{2}):(\d{2})/,
  X4: COMPACT,
  X5: WITH_COLON,
  Z1: /^([+-])(\d{2})(\d{2})/,
  Z4: /^GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?/i,
  Z5: WITH_COLON,
  O1: /^GMT(?:([+-])(\d{1,2})(?::(\d{2})(?::(\d{2}))?)?)?/i,
};

function offsetForm(letter: string, count: number): RegExp {
  if (letter === 'O') return offsetForms[count === 4 ? 'Z4' : 'O1'] ?? COMPACT;
  if (letter === 'Z') return offsetForms[`Z${count < 4 ? 1 : count}`] ?? COMPACT;
  return offsetForms[`X${count}`] ?? COMPACT;
}

export function readOffset(
  { letter, count }: Pick<FieldElement, 'letter' | 'count'>,
  text: string,
  at: number,
  reading: Reading,
): number {
  const rest = text.slice(at);
  if ((letter === 'X' || (letter === 'Z' && count === 5)) && /^z/i.test(rest)) {
    reading.offsetMs = 0;
    return at + 1;
  }
  const match = offsetForm(letter, count).exec(rest);
  if (match === null) return -1;
  const [whole, sign = '+', hours = '0', minutes = '0', seconds = '0'] = match;
  const ms = Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000;
  reading.offsetMs = sign === '-' ? -ms : ms;
  return at + whole.length;
}
