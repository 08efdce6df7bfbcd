import { DiagnosticError } from '../../base/errors.ts';
import {
  arrayType,
  decimalType,
  mapType,
  primitiveTypes,
  type SqlType,
  type StructField,
  structType,
} from '../../serde/model/sql-type.ts';
import { PrintedText } from './printed-text.ts';
import { expressionMessages } from '../messages/expressions.ts';
import { recordedMessages } from '../messages/recorded.ts';

/** How deep a recorded type may nest. */
const TYPE_DEPTH_MAX = 500;

/** How many texts are remembered: plans repeat theirs. */
const REMEMBERED_MAX = 1_000;

const primitives: ReadonlyMap<string, SqlType> = new Map(Object.entries(primitiveTypes));
const remembered = new Map(primitives);

/**
 * Reads a type as `printType` writes it, as plans have it: ``STRUCT<`A` DECIMAL(4, 2), `B` ARRAY<STRING>>``. The
 * grammar, which reads what users write, is not asked: a plan has a type for each of its columns.
 * @throws {DiagnosticError} for any other text.
 */
export function readType(text: string): SqlType {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const printed = new PrintedText(text, 'type');
  const type = typeIn(printed);
  if (!printed.isAtEnd) throw printed.wrong();
  if (remembered.size < REMEMBERED_MAX) remembered.set(text, type);
  return type;
}

/** The type with which a text goes on. @throws {DiagnosticError} where it goes on with something else. */
export function typeIn(text: PrintedText, depth = 1): SqlType {
  if (depth > TYPE_DEPTH_MAX) throw new DiagnosticError(recordedMessages.typeTooDeep(TYPE_DEPTH_MAX));
  const word = text.match(/[A-Z]+/y);
  switch (word) {
    case 'DECIMAL':
      return decimalIn(text);
    case 'ARRAY':
      return inAngles(text, () => arrayType(typeIn(text, depth + 1)));
    case 'MAP':
      return inAngles(text, () => {
        const key = typeIn(text, depth + 1);
        text.expect(', ');
        return mapType(key, typeIn(text, depth + 1));
      });
    case 'STRUCT':
      return inAngles(text, () => structIn(text, depth));
    default: {
      const type = primitives.get(word);
      if (type === undefined) throw text.wrong();
      return type;
    }
  }
}

function decimalIn(text: PrintedText): SqlType {
  const [precision = 0, scale = 0] = text
    .match(/\([0-9]{1,15}, [0-9]{1,15}\)/y)
    .slice(1, -1)
    .split(', ')
    .map(Number);
  return possible(() => decimalType(precision, scale));
}

function structIn(text: PrintedText, depth: number): SqlType {
  const fields: StructField[] = [];
  if (text.accept(' ')) return structType(fields);
  do {
    const name = text.name();
    text.expect(' ');
    fields.push({ name, type: typeIn(text, depth + 1) });
  } while (text.accept(', '));
  return possible(() => structType(fields));
}

function inAngles(text: PrintedText, read: () => SqlType): SqlType {
  text.expect('<');
  const type = read();
  text.expect('>');
  return type;
}

function possible(make: () => SqlType): SqlType {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new DiagnosticError(expressionMessages.type(error.message), { cause: error });
  }
}
