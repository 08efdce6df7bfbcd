import { printDouble, printFloat } from '../model/java-double.ts';
import { timeOfDay } from '../model/time-of-day.ts';
import type { GeneratedFunctions } from './generated-functions.ts';
import type { EnumType, MessageField } from './message-type.ts';
import {
  cursor,
  fixed32,
  fixed64,
  float32,
  float64,
  joined,
  skip,
  textBetween,
  truncated,
  varint32,
  varint64,
  varintBoolean,
  zigzag64,
} from './wire.ts';

/** What the code below names. */
export const readHelpers: Readonly<Record<string, unknown>> = {
  c: cursor,
  EMPTY: Buffer.alloc(0),
  fixed32,
  fixed64,
  float32,
  float64,
  joined,
  printDouble,
  printFloat,
  skip,
  textBetween,
  timeOfDay,
  truncated,
  varint32,
  varint64,
  varintBoolean,
  zigzag64,
};

/** Reads a varint into `n`: one byte at once, more by a function. */
const varint = (read: string): string => `n = b[p++]; if (n > 127) { n = ${read}(b, p - 1); p = c.at; }`;
/** Reads a length, and leaves the place of the first byte in `s` and that behind the last one in `p`. */
export const READ_LENGTH = `${varint('varint32')} s = p; p += n; if (!(p <= e)) throw truncated();`;

/**
 * Code that reads one scalar at `p`, and the expression of its value as Connect has it.
 * @param functions get what the code names beside the helpers.
 */
export function rawValue(
  field: MessageField,
  functions: GeneratedFunctions,
): { readonly code: string; readonly value: string } {
  switch (field.kind) {
    case 'int32':
      return { code: varint('varint32'), value: '(n | 0)' };
    case 'uint32':
      return { code: varint('varint32'), value: 'n' };
    case 'sint32':
      return { code: varint('varint32'), value: '((n >>> 1) ^ -(n & 1))' };
    case 'int64':
    case 'uint64':
      return { code: varint('varint64'), value: 'n' };
    case 'sint64':
      return { code: 'n = zigzag64(b, p); p = c.at;', value: 'n' };
    case 'fixed32':
      return { code: 'n = fixed32(b, p); p += 4;', value: 'n' };
    case 'sfixed32':
      return { code: 'n = fixed32(b, p) | 0; p += 4;', value: 'n' };
    case 'fixed64':
    case 'sfixed64':
      return { code: 'n = fixed64(b, p); p += 8;', value: 'n' };
    case 'float':
      return { code: 'x = float32(b, p); p += 4;', value: 'x' };
    case 'double':
      return { code: 'x = float64(b, p); p += 8;', value: 'x' };
    case 'bool':
      return { code: 'x = varintBoolean(b, p); p = c.at;', value: 'x' };
    case 'string':
      return { code: `${READ_LENGTH} x = textBetween(b, s, p);`, value: 'x' };
    case 'bytes':
      return { code: `${READ_LENGTH} x = b.subarray(s, p);`, value: 'x' };
    case 'enum': {
      const names = functions.add(enumNames(field.enumType));
      return { code: varint('varint32'), value: `${names}(n | 0)` };
    }
    case 'message':
    case 'group':
      throw new RangeError(`${field.kind} is no scalar`);
  }
}

/** The names of an enum's numbers; a number without one has a name that says so, as Java's reader makes it. */
function enumNames(type: EnumType | undefined): (number: number) => string {
  const names = new Map<number, string>();
  for (const { name, number } of type?.values ?? []) if (!names.has(number)) names.set(number, name);
  return (number) => names.get(number) ?? `UNKNOWN_ENUM_VALUE_${type?.name ?? ''}_${number}`;
}
