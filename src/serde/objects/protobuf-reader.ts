import { compileFunction } from '../../base/compile-function.ts';
import { SerdeError } from '../model/serde-error.ts';
import { isMapEntry } from '../protobuf/connect-field.ts';
import { type FieldCode, fieldLoop } from '../protobuf/field-loop.ts';
import { GeneratedFunctions } from '../protobuf/generated-functions.ts';
import { isPackable, type MessageField, type MessageType, tagOf } from '../protobuf/message-type.ts';
import { READ_LENGTH, rawValue, readHelpers } from '../protobuf/scalar-code.ts';
import { keyCode, putEntry } from './generated-record.ts';

/** Reads a message that lies between two places. @throws {SerdeError} */
export type MessageObjectReader = (bytes: Buffer, start: number, end: number) => unknown;

/** What generated readers call. */
const helpers = {
  safe(value: number | bigint): number {
    if (typeof value === 'number') return value;
    throw new SerdeError(`${value} is beyond 2^53`);
  },
  safeUnsigned(value: number | bigint): number {
    if (typeof value === 'number' && value >= 0) return value;
    throw new SerdeError(`${BigInt.asUintN(64, BigInt(value))} is beyond 2^53`);
  },
  unsigned: (value: number | bigint): number | bigint =>
    value >= 0 ? value : BigInt.asUintN(64, BigInt(value)),
  copied: (bytes: Buffer): Buffer => Buffer.from(bytes),
  putEntry,
} as const;

/**
 * Compiles the reader of a message as an object: fields by the names that they have in the .proto file, enums by the names of their
 * numbers, maps as objects. A field with presence that is not in the bytes is not in the object; others have their default.
 * @param options.wide 64-bit numbers beyond 2^53 are a bigint, and not refused.
 */
export function messageObjectReader(
  message: MessageType,
  { wide = false }: { readonly wide?: boolean } = {},
): MessageObjectReader {
  const code = new ObjectReaderCode(wide);
  const name = code.messageFunction(message);
  const read = compileFunction<MessageObjectReader>(
    code.functions.scope(),
    code.functions.codeReturning(name),
  );
  return (bytes, start, end) => {
    try {
      return read(bytes, start, end);
    } catch (error) {
      // Messages that contain themselves may be nested as deep as bytes say.
      if (error instanceof RangeError) throw new SerdeError(error.message, { cause: error });
      throw error;
    }
  };
}

class ObjectReaderCode {
  readonly #wide: boolean;
  readonly functions = new GeneratedFunctions({ ...readHelpers, ...helpers });
  readonly #known = new Map<MessageType, string>();

  constructor(wide: boolean) {
    this.#wide = wide;
  }

  /** The name of a function that reads a message. */
  messageFunction(message: MessageType): string {
    const known = this.#known.get(message);
    if (known !== undefined) return known;
    const name = this.functions.reserve();
    this.#known.set(message, name);
    const fields = message.fields.filter(({ kind }) => kind !== 'group');
    const locals = new Map(fields.map((field, index) => [field, `v${index}`]));
    const code = fields.map((field) => this.#field(field, localOf(locals, field), clearing(field, locals)));
    const always = fields.filter((field) => field.repeated || !field.hasPresence);
    const sometimes = fields.filter((field) => !always.includes(field));
    const entries = always.map((field) => `${keyCode(field.name)}: ${localOf(locals, field)}`);
    const others = sometimes.map((field) => {
      const local = localOf(locals, field);
      return `if (${local} !== undefined) out${keyCode(field.name)} = ${local};`;
    });
    const finish = `const out = { ${entries.join(', ')} }; ${others.join(' ')} return out;`;
    this.functions.defineAs(name, 'b, p, e', fieldLoop(code, finish));
    return name;
  }

  #field(field: MessageField, local: string, clear: string): FieldCode {
    if (field.repeated) return this.#repeated(field, local);
    if (field.kind === 'message') return this.#message(field, local, clear);
    const { code, value } = this.#scalar(field);
    const initial = field.hasPresence ? 'undefined' : defaultCode(field);
    return {
      locals: [`${local} = ${initial}`],
      cases: `case ${tagOf(field)}: ${code} ${clear} ${local} = ${value}; break;`,
    };
  }

  /** A message that stands in several pieces is that of the pieces put together. */
  #message(field: MessageField, local: string, clear: string): FieldCode {
    const read = this.#functionOf(field);
    const [start, end, whole] = [`${local}s`, `${local}e`, `${local}w`];
    return {
      locals: [`${local} = undefined`, `${start} = 0`, `${end} = 0`, `${whole} = null`],
      cases: `case ${tagOf(field)}:
        ${READ_LENGTH} ${clear}
        if (${local} === undefined) { ${whole} = null; ${start} = s; ${end} = p; ${local} = ${read}(b, s, p); }
        else {
          ${whole} = joined(${whole} === null ? b.subarray(${start}, ${end}) : ${whole}, b, s, p);
          ${local} = ${read}(${whole}, 0, ${whole}.length);
        }
        break;`,
    };
  }

  #repeated(field: MessageField, local: string): FieldCode {
    const { message } = field;
    const tag = tagOf({ ...field, packed: false });
    if (message !== undefined && isMapEntry(message)) {
      const entry = this.#entryFunction(message);
      return {
        locals: [`${local} = {}`],
        cases: `case ${tag}: ${READ_LENGTH} ${entry}(b, s, p, ${local}); break;`,
      };
    }
    const { code, value } = this.#value(field);
    const add = `${code} ${local}.push(${value});`;
    const packed = isPackable(field.kind)
      ? `case ${tagOf({ ...field, packed: true })}:
          ${READ_LENGTH} q = p; p = s; while (p < q) { ${add} } if (p !== q) throw truncated(); break;`
      : '';
    return { locals: [`${local} = []`], cases: `case ${tag}: ${add} break; ${packed}` };
  }

  /** A function that puts an entry into a map; what an entry lacks has its default, messages too. */
  #entryFunction(entry: MessageType): string {
    const [key, value] = entry.fields;
    if (key === undefined || value === undefined) throw new RangeError(`${entry.fullName} is no entry`);
    const code = [this.#field(key, 'k', ''), this.#field(value, 'v', '')];
    const whole =
      value.kind === 'message' ? `if (v === undefined) v = ${this.#functionOf(value)}(b, p, p);` : '';
    return this.functions.define('b, p, e, map', fieldLoop(code, `${whole} putEntry(map, String(k), v);`));
  }

  #value(field: MessageField): { readonly code: string; readonly value: string } {
    if (field.kind !== 'message') return this.#scalar(field);
    return { code: READ_LENGTH, value: `${this.#functionOf(field)}(b, s, p)` };
  }

  #functionOf({ message, name }: MessageField): string {
    if (message === undefined) throw new RangeError(`no message: ${name}`);
    return this.messageFunction(message);
  }

  #scalar(field: MessageField): { readonly code: string; readonly value: string } {
    const { code, value } = rawValue(field, this.functions);
    switch (field.kind) {
      case 'int64':
      case 'sint64':
      case 'sfixed64':
        return { code, value: this.#wide ? value : `safe(${value})` };
      case 'uint64':
      case 'fixed64':
        return { code, value: `${this.#wide ? 'unsigned' : 'safeUnsigned'}(${value})` };
      case 'bytes':
        return { code, value: `copied(${value})` };
      default:
        return { code, value };
    }
  }
}

function localOf(locals: ReadonlyMap<MessageField, string>, field: MessageField): string {
  const local = locals.get(field);
  if (local === undefined) throw new RangeError(`no such field: ${field.name}`);
  return local;
}

/** Of the members of a oneof the last one in the bytes is there. */
function clearing(field: MessageField, locals: ReadonlyMap<MessageField, string>): string {
  const { oneof } = field;
  if (oneof === undefined) return '';
  return [...locals]
    .filter(([other]) => other !== field && other.oneof?.index === oneof.index)
    .map(([, local]) => `${local} = undefined;`)
    .join(' ');
}

/** What a field without presence is that is not in the bytes. */
function defaultCode({ kind, enumType }: MessageField): string {
  switch (kind) {
    case 'string':
      return "''";
    case 'bytes':
      return 'EMPTY';
    case 'bool':
      return 'false';
    case 'enum':
      return JSON.stringify(enumType?.values.find(({ number }) => number === 0)?.name ?? '');
    default:
      return '0';
  }
}
