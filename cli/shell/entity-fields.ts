import { isExactNumber, stringifyExact } from './exact-json.ts';

/** An object of a server's answer, whose shape a newer server may have changed. */
export type Fields = Readonly<Record<string, unknown>>;

export const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !isExactNumber(value) ? (value as Fields) : {};
export const list = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.map(fields) : []);
export const strings = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(text) : []);

export function text(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? stringifyExact(value) : String(value as string | number | boolean);
}
