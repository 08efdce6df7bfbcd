import { compileFunction } from '../../base/compile-function.ts';
import { parseInt64 } from '../model/int64.ts';
import { SerdeError } from '../model/serde-error.ts';
import { isMapEntry } from '../protobuf/connect-field.ts';
import { GeneratedFunctions } from '../protobuf/generated-functions.ts';
import { isPackable, type MessageField, type MessageType } from '../protobuf/message-type.ts';
import * as puts from '../protobuf/put.ts';
import { scalarPut, tagCode } from '../protobuf/scalar-put.ts';
import { type PutValue, slabWriter } from '../protobuf/slab-writer.ts';
import { isNotDefault } from '../protobuf/written-value.ts';
import { refusal, valueChecks } from './value-checks.ts';

/**
 * Compiles the writer of objects as a message, in the order of the fields' numbers; what is undefined or null is left out, and so is
 * what a field without presence has by default, as Java writes it.
 * @param prefix what stands before each message.
 */
export function messageObjectWriter(message: MessageType, prefix: Buffer): (value: unknown) => Buffer {
  const code = new ObjectWriterCode();
  const name = code.wholeFunction(message);
  const put = compileFunction<PutValue<unknown>>(code.functions.scope(), code.functions.codeReturning(name));
  return slabWriter(put, prefix);
}

class ObjectWriterCode {
  readonly functions = new GeneratedFunctions({ ...puts, ...valueChecks, keyInteger, missing });
  readonly #known = new Map<MessageType, string>();

  /** The name of a function that writes a value that may be no object. */
  wholeFunction(message: MessageType): string {
    const check = `if (!isObject(row)) ${refusal('the value', 'an object', 'row')}`;
    return this.functions.define(
      'b, p, row',
      `${check} return ${this.#messageFunction(message, '')}(b, p, row);`,
    );
  }

  /** The name of a function that writes the fields of `row`, an object. @param path what stands before their names in errors. */
  #messageFunction(message: MessageType, path: string): string {
    const known = this.#known.get(message);
    if (known !== undefined) return known;
    const name = this.functions.reserve();
    this.#known.set(message, name);
    const steps = message.fields
      .filter(({ kind }) => kind !== 'group')
      .toSorted((a, b) => a.number - b.number)
      .map((field) => {
        return `v = row[${JSON.stringify(field.name)}]; ${this.#fieldCode(field, path + field.name)}`;
      });
    this.functions.defineAs(name, 'b, p, row', `let v, s, q; ${steps.join('\n')} return p;`);
    return name;
  }

  /** Code that writes `v` as a field, with its tag, where it is there. */
  #fieldCode(field: MessageField, path: string): string {
    const { message, repeated } = field;
    const isThere = 'v !== undefined && v !== null';
    if (!repeated) {
      const absent = field.isRequired === true ? `else throw missing(${JSON.stringify(path)});` : '';
      const written = `${tagCode(field)} ${this.#valueCode(field)}`;
      const unlessDefault = field.hasPresence ? written : `if (${isNotDefault(field)}) { ${written} }`;
      return `if (${isThere}) { ${this.#check(field, path)} ${unlessDefault} } ${absent}`;
    }
    if (message !== undefined && isMapEntry(message)) return this.#mapCode(field, message, path);
    const item = `an item of ${path}`;
    const each = `for (q of v) { %; }`;
    const element = `${this.#check(field, item, 'q')} ${this.#valueCode(field, 'q')}`;
    const isArray = `if (!Array.isArray(v)) ${refusal(path, 'an array', 'v')}`;
    const body =
      field.packed && isPackable(field.kind)
        ? `if (v.length > 0) { ${tagCode(field)} s = p++; ${each.replace('%', element)} p = putLength(b, s, p); }`
        : each.replace('%', `${tagCode(field)} ${element}`);
    return `if (${isThere}) { ${isArray} ${body} }`;
  }

  #mapCode(field: MessageField, entry: MessageType, path: string): string {
    const [key, value] = entry.fields;
    if (key === undefined || value === undefined) throw new RangeError(`${entry.fullName} is no entry`);
    const within = `a value of ${path}`;
    // A value that is not there is refused, and not left out.
    const put = this.functions.define(
      'b, p, row, key',
      `let v = ${keyValue(key)}, s, q; ${this.#fieldCode(key, `a key of ${path}`)}
       v = row; ${this.#check(value, within)} ${this.#fieldCode(value, within)} return p;`,
    );
    return `if (v !== undefined && v !== null) {
      if (!isObject(v)) ${refusal(path, 'an object', 'v')}
      for (const k of Object.keys(v)) { ${tagCode(field)} p = putLength(b, p, ${put}(b, p + 1, v[k], k)); } }`;
  }

  #valueCode(field: MessageField, v = 'v'): string {
    const { kind, message } = field;
    if (kind !== 'message' || message === undefined) return scalarPut(field, v, this.functions);
    return `p = putLength(b, p, ${this.#messageFunction(message, `${message.name}.`)}(b, p + 1, ${v}));`;
  }

  #check(field: MessageField, path: string, v = 'v'): string {
    const kind = field.kind === 'message' ? 'an object' : field.kind;
    return `if (!(${testOf(field, v)})) ${refusal(path, kind, v)}`;
  }
}

/** Whether a value is of the field's kind. */
function testOf({ kind }: MessageField, v: string): string {
  switch (kind) {
    case 'int32':
    case 'sint32':
    case 'sfixed32':
      return `isInt(${v})`;
    case 'uint32':
    case 'fixed32':
      return `isUint(${v})`;
    case 'int64':
    case 'sint64':
    case 'sfixed64':
      return `isLong(${v})`;
    case 'uint64':
    case 'fixed64':
      return `isUlong(${v})`;
    case 'float':
    case 'double':
      return `typeof ${v} === 'number'`;
    case 'bool':
      return `typeof ${v} === 'boolean'`;
    case 'string':
    case 'enum':
      return `typeof ${v} === 'string'`;
    case 'bytes':
      return `isBytes(${v})`;
    case 'message':
    case 'group':
      return `isObject(${v})`;
  }
}

/** The key of a map's entry as the entry has it; keys of objects are texts. */
function keyValue({ kind }: MessageField): string {
  if (kind === 'string') return 'key';
  return kind === 'bool' ? "key === 'true'" : 'keyInteger(key)';
}

function keyInteger(key: string): number | bigint {
  const value = parseInt64(key);
  if (value === undefined) throw new SerdeError(`the key of a map is no whole number: ${key}`);
  return value;
}

const missing = (path: string): SerdeError => new SerdeError(`a required field cannot be left out: ${path}`);
