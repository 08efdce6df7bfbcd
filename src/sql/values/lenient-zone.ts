/** Zones and offsets in texts that are read leniently: letters X, Z and z. */
import { type LenientFields, setField } from './lenient-calendar.ts';
import { knownZone } from './zones.ts';

/** Reads a part of the text: the place behind it, or -1 where it is not there. */
export type Reader = (text: string, at: number, fields: LenientFields) => number;

/** `Z` or an offset of hours, hours and minutes, or both with a colon. */
export function isoOffset(width: number): Reader {
  const form = [/^(?:Z|[+-]\d{2})/, /^(?:Z|[+-]\d{4})/, /^(?:Z|[+-]\d{2}(?::)\d{2})/][width - 1] ?? /^Z/;
  return (text, at, fields) => {
    const found = form.exec(text.slice(at))?.[0];
    if (found === undefined) return -1;
    setOffset(found === 'Z' ? '+00' : found, fields);
    return at + found.length;
  };
}

const OFFSET = /^(?:GMT[+-]\d{1,2}:\d{2}|[+-]\d{4})/;
const ZONE_NAME = /^[A-Za-z]{3,}(?:\/[A-Za-z_]+)*/;

/** An offset, or the longest name of a zone that the text goes on with. */
export const readZone: Reader = (text, at, fields) => {
  const offset = OFFSET.exec(text.slice(at))?.[0];
  if (offset !== undefined) {
    setOffset(offset.replace('GMT', ''), fields);
    return at + offset.length;
  }
  const letters = ZONE_NAME.exec(text.slice(at))?.[0] ?? '';
  for (let length = letters.length; length >= 3; length -= 1) {
    const offsetMs = knownZone(letters.slice(0, length))?.offsetMs(0);
    if (offsetMs === undefined) continue;
    setField(fields, 'zoneOffset', offsetMs);
    return at + length;
  }
  return -1;
};

function setOffset(text: string, fields: LenientFields): void {
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(text) ?? [];
  const ms = Number(hours) * 3_600_000 + Number(minutes) * 60_000;
  setField(fields, 'zoneOffset', sign === '-' ? -ms : ms);
}
