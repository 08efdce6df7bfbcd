import { SerdeError } from '../model/serde-error.ts';

/** What generated writers ask of values, which plain JavaScript may hand in as they like. */
export const valueChecks = {
  isInt: (value: unknown): boolean => typeof value === 'number' && (value | 0) === value,
  isUint: (value: unknown): boolean => typeof value === 'number' && value >>> 0 === value,
  isLong: (value: unknown): boolean =>
    Number.isSafeInteger(value) || (typeof value === 'bigint' && BigInt.asIntN(64, value) === value),
  isUlong: (value: unknown): boolean =>
    (Number.isSafeInteger(value) && Number(value) >= 0) ||
    (typeof value === 'bigint' && BigInt.asUintN(64, value) === value),
  isBytes: (value: unknown): boolean => value instanceof Uint8Array,
  isObject: (value: unknown): boolean =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array),
  refuse(path: string, kind: string, value: unknown): never {
    throw new SerdeError(`${path} takes ${kind}, and not ${shown(value)}`);
  },
} as const;

/** Code that refuses a value of a place. */
export const refusal = (path: string, kind: string, value: string): string =>
  `refuse(${JSON.stringify(path)}, ${JSON.stringify(kind)}, ${value});`;

const SHOWN_MAX = 50;

function shown(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > SHOWN_MAX ? `${value.slice(0, SHOWN_MAX)}…` : value);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return String(value);
}
