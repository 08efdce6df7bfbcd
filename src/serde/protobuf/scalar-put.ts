import type { GeneratedFunctions } from './generated-functions.ts';
import { type MessageField, tagOf } from './message-type.ts';
import { enumNumbers } from './written-value.ts';

/** Code that writes the tag of a field at `p`. */
export function tagCode(field: MessageField): string {
  const tag = tagOf(field);
  return tag < 128 ? `b[p++] = ${tag};` : `p = putVarint32(b, p, ${tag});`;
}

/**
 * Code that writes a value of a scalar field at `p`.
 * @param value an expression of the kind's type; the code names it once.
 * @param functions get what the code names beside those of `put.ts`.
 */
export function scalarPut(field: MessageField, value: string, functions: GeneratedFunctions): string {
  switch (field.kind) {
    case 'int32':
    case 'int64':
    case 'uint64':
      return `p = putVarint64(b, p, ${value});`;
    case 'uint32':
      return `p = putVarint32(b, p, Number(BigInt.asUintN(32, BigInt(${value}))));`;
    case 'sint32':
    case 'sint64':
      return `p = putZigzag64(b, p, ${value});`;
    case 'fixed32':
      return `p = putFixed32(b, p, Number(BigInt.asUintN(32, BigInt(${value}))));`;
    case 'sfixed32':
      return `p = putFixed32(b, p, ${value});`;
    case 'fixed64':
    case 'sfixed64':
      return `p = putFixed64(b, p, ${value});`;
    case 'float':
      return `p = putFloat(b, p, ${value});`;
    case 'double':
      return `p = putDouble(b, p, ${value});`;
    case 'bool':
      return `b[p++] = ${value} ? 1 : 0;`;
    case 'string':
      return `p = putText(b, p, ${value});`;
    case 'bytes':
      return `p = putBytes(b, p, ${value});`;
    case 'enum':
      return `p = putVarint64(b, p, ${functions.add(enumNumbers(field.enumType))}(${value}));`;
    case 'message':
    case 'group':
      throw new RangeError(`${field.kind} is no scalar`);
  }
}
