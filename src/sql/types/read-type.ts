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
  const type = new TypeReader(text).read();
  if (remembered.size < REMEMBERED_MAX) remembered.set(text, type);
  return type;
}

class TypeReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): SqlType {
    const type = this.#type(1);
    if (this.#at < this.#text.length) throw this.#wrong();
    return type;
  }

  #type(depth: number): SqlType {
    if (depth > TYPE_DEPTH_MAX) {
      throw new DiagnosticError({ message: `a type nests deeper than ${TYPE_DEPTH_MAX} levels` });
    }
    const word = this.#match(/[A-Z]+/y);
    switch (word) {
      case 'DECIMAL':
        return this.#decimal();
      case 'ARRAY':
        return this.#inAngles(() => arrayType(this.#type(depth + 1)));
      case 'MAP':
        return this.#inAngles(() => {
          const key = this.#type(depth + 1);
          this.#match(/, /y);
          return mapType(key, this.#type(depth + 1));
        });
      case 'STRUCT':
        return this.#inAngles(() => this.#struct(depth));
      default: {
        const type = primitives.get(word);
        if (type === undefined) throw this.#wrong();
        return type;
      }
    }
  }

  #decimal(): SqlType {
    const [precision = 0, scale = 0] = this.#match(/\([0-9]{1,9}, [0-9]{1,9}\)/y)
      .slice(1, -1)
      .split(', ')
      .map(Number);
    return this.#possible(() => decimalType(precision, scale));
  }

  #struct(depth: number): SqlType {
    const fields: StructField[] = [];
    if (this.#accept(' ')) return structType(fields);
    do {
      const name = this.#match(/`[^`]*` /y).slice(1, -2);
      fields.push({ name, type: this.#type(depth + 1) });
    } while (this.#accept(', '));
    return this.#possible(() => structType(fields));
  }

  #inAngles(read: () => SqlType): SqlType {
    this.#match(/</y);
    const type = read();
    this.#match(/>/y);
    return type;
  }

  #possible(make: () => SqlType): SqlType {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new DiagnosticError({ message: error.message }, { cause: error });
    }
  }

  #accept(sign: string): boolean {
    if (!this.#text.startsWith(sign, this.#at)) return false;
    this.#at += sign.length;
    return true;
  }

  /** What stands here. @param pattern sticky. */
  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw this.#wrong();
    this.#at += found.length;
    return found;
  }

  #wrong(): DiagnosticError {
    return new DiagnosticError({
      message: `not a type: '${this.#text.slice(0, 60)}' (position ${this.#at})`,
    });
  }
}
