import { compileFunction } from '../base/compile-function.ts';
import type { BytesWriter } from '../base/bytes-writer.ts';
import { ProtocolError } from '../base/protocol-error.ts';
import { ZERO_UUID } from '../base/bytes-reader.ts';
import {
  branch,
  choose,
  flexibleCondition,
  flexibleVariable,
  StructNames,
  taggedFields,
  versionIn,
} from './generated-code.ts';
import type { Message } from './message.ts';
import type { Field, Fields, FieldType } from './schema.ts';
import { intersectVersions, type VersionRange } from './version-range.ts';

export type Encoder = (writer: BytesWriter, version: number, value: unknown) => void;

const UNSUPPORTED_VERSION = 35;

/** What generated encoders call besides the writer. */
const runtime = {
  /** A bug of the caller: the value cannot be written. */
  invalid(field: string, value: unknown): never {
    throw new TypeError(`${field} cannot be ${String(value)}`);
  },
  /** As Kafka does, a value that would be lost is refused, unless its field is ignorable. */
  unsupported(field: string, version: number): never {
    throw new ProtocolError(
      UNSUPPORTED_VERSION,
      `${field} has a value, but version ${version} cannot carry it`,
    );
  },
  records(writer: BytesWriter, value: Buffer | readonly Buffer[], flexible: boolean): void {
    if (Buffer.isBuffer(value)) {
      if (flexible) writer.unsignedVarint(value.length + 1);
      else writer.int32(value.length);
      writer.chunk(value);
      return;
    }
    let length = 0;
    for (const chunk of value) length += chunk.length;
    if (flexible) writer.unsignedVarint(length + 1);
    else writer.int32(length);
    for (const chunk of value) writer.chunk(chunk);
  },
};

/** Generates the function that writes a message in any of its versions. */
export function compileEncoder(message: Message): Encoder {
  return compileFunction<Encoder>({ runtime }, encoderSource(message));
}

/** The source of {@link compileEncoder}: for each struct a function that writes it, and one that knows its default. */
function encoderSource(message: Message): string {
  const generator = new EncoderGenerator(message);
  const root = generator.names.of(message.fields);
  const functions: string[] = [];
  for (let next = generator.names.pending.shift(); next; next = generator.names.pending.shift()) {
    functions.push(generator.struct(next.name, next.fields), generator.isDefault(next.name, next.fields));
  }
  return `'use strict';\n${functions.join('\n')}\nreturn ${root};`;
}

class EncoderGenerator {
  readonly names = new StructNames();
  readonly #message: Message;
  readonly #versions: VersionRange;
  readonly #flexible: string;

  constructor(message: Message) {
    this.#message = message;
    this.#versions = message.versions;
    this.#flexible = flexibleCondition(message);
  }

  struct(functionName: string, fields: Fields): string {
    const body = Object.entries(fields).map(([name, field]) => this.#field(name, field));
    const tags = branch(this.#flexible, this.#tags(fields), '');
    return `function ${functionName}(w, v, o) {\n${flexibleVariable(this.#message)}${body.join('\n')}\n${tags}\n}`;
  }

  /** `structN_isDefault(o)`: whether every field of the struct has its default. */
  isDefault(functionName: string, fields: Fields): string {
    const conditions = Object.entries(fields).map(
      ([name, field]) => `(o.${name} === undefined || !(${this.#differs(`o.${name}`, field)}))`,
    );
    return `function ${functionName}_isDefault(o) {\nreturn ${conditions.join(' && ') || 'true'};\n}`;
  }

  #field(name: string, field: Field): string {
    const present =
      field.tag < 0
        ? versionIn(field.versions, this.#versions)
        : versionIn({ min: field.versions.min, max: field.tagged.min - 1 }, this.#versions);
    const anywhere = versionIn(field.versions, this.#versions);
    const absent =
      field.ignorable || anywhere === 'true' ? '' : branch(anywhere, '', this.#refuse(name, field));
    const flexible = field.neverFlexible ? 'false' : this.#flexible;
    const write = present === 'false' ? '' : this.#writeMember(name, field, flexible);
    const code = branch(present, write, absent);
    return code === '' ? '' : `{\n${code}\n}`;
  }

  #refuse(name: string, field: Field): string {
    return `if (o.${name} !== undefined && (${this.#differs(`o.${name}`, field)})) runtime.unsupported(${this.#label(name)}, v);`;
  }

  #label(name: string): string {
    return JSON.stringify(`${this.#message.name}.${name}`);
  }

  /** An expression for "the value is not the field's default". */
  #differs(value: string, field: Field): string {
    const { type } = field;
    switch (type.kind) {
      case 'array':
      case 'bytes':
        return field.default === null ? `${value} !== null` : `${value} === null || ${value}.length !== 0`;
      case 'records':
        return `${value} !== null`;
      case 'struct':
        if (field.default === null) return `${value} !== null`;
        return `${value} === null || !${this.names.of(type.fields)}_isDefault(${value})`;
      default:
        return `${value} !== ${literal(field.default)}`;
    }
  }

  #writeMember(name: string, field: Field, flexible: string): string {
    return `let x = o.${name};\n${this.#writeOrDefault('x', name, field, flexible)}`;
  }

  #writeOrDefault(value: string, name: string, field: Field, flexible: string): string {
    return `if (${value} === undefined) ${value} = ${defaultExpression(field)};\n${this.#write(value, name, field, flexible)}`;
  }

  /** Statements that write `value`, which is defined. */
  #write(value: string, name: string, field: Field, flexible: string, isTagged = false): string {
    const nullable = versionIn(intersectVersions(field.nullable, field.versions), this.#versions);
    const label = this.#label(name);
    const { type } = field;
    const refuseNull = `runtime.invalid(${label}, null);`;
    switch (type.kind) {
      case 'string':
      case 'bytes': {
        const short = type.kind === 'string' ? 'w.int16(-1);' : 'w.int32(-1);';
        const onNull = branch(nullable, branch(flexible, 'w.int8(0);', short), refuseNull);
        return `if (${value} === null) {\n${onNull}\n} else {\n${this.#primitive(value, label, type, flexible)}\n}`;
      }
      case 'records': {
        const absent = (length: number): string =>
          branch(flexible, `w.unsignedVarint(${length + 1});`, `w.int32(${length});`);
        const onNull = branch(nullable, absent(-1), absent(0));
        return `if (${value} === null) {\n${onNull}\n} else {\nruntime.records(w, ${value}, ${flexible});\n}`;
      }
      case 'array': {
        const onNull = branch(nullable, branch(flexible, 'w.int8(0);', 'w.int32(-1);'), refuseNull);
        const length = branch(
          flexible,
          `w.unsignedVarint(${value}.length + 1);`,
          `w.int32(${value}.length);`,
        );
        const item = this.#primitive('e', label, type.element, flexible);
        return `if (${value} === null) {\n${onNull}\n} else {\n${length}\nfor (let i = 0; i < ${value}.length; i++) {\nconst e = ${value}[i];\n${item}\n}\n}`;
      }
      case 'struct': {
        const call = `${this.names.of(type.fields)}(w, v, ${value});`;
        // As Kafka has it, the mark of a null is -1 among ordinary fields and 0 in a tagged one.
        const onNull = branch(nullable, `w.int8(${isTagged ? 0 : -1});`, refuseNull);
        const mark = branch(nullable, 'w.int8(1);', '');
        return `if (${value} === null) {\n${onNull}\n} else {\n${mark}\n${call}\n}`;
      }
      default:
        return this.#primitive(value, label, type, flexible);
    }
  }

  #primitive(value: string, label: string, type: FieldType, flexible: string): string {
    const refuse = `runtime.invalid(${label}, ${value});`;
    switch (type.kind) {
      case 'string':
        return branch(flexible, `w.compactString(${value});`, `w.string(${value});`);
      case 'bytes':
        return `${branch(flexible, `w.unsignedVarint(${value}.length + 1);`, `w.int32(${value}.length);`)}\nw.raw(${value});`;
      case 'int8':
        return `if (${value} << 24 >> 24 !== ${value}) ${refuse}\nw.int8(${value});`;
      case 'int16':
        return `if (${value} << 16 >> 16 !== ${value}) ${refuse}\nw.int16(${value});`;
      case 'uint16':
        return `if ((${value} & 0xffff) !== ${value}) ${refuse}\nw.uint16(${value});`;
      case 'int32':
        return `if ((${value} | 0) !== ${value}) ${refuse}\nw.int32(${value});`;
      case 'uint32':
        return `if (${value} >>> 0 !== ${value}) ${refuse}\nw.uint32(${value});`;
      case 'struct':
        return `${this.names.of(type.fields)}(w, v, ${value});`;
      case 'array':
      case 'records':
        throw new TypeError('an array of arrays or of records cannot be declared');
      default:
        return `w.${type.kind}(${value});`;
    }
  }

  /** Tagged fields with a value other than their default, counted first, in the order of their tags. */
  #tags(fields: Fields): string {
    const tagged = taggedFields(fields, this.#versions);
    if (tagged.length === 0) return 'w.int8(0);';
    const lines = ['let tagCount = 0;'];
    for (const { name, field } of tagged) {
      const differs = `o.${name} !== undefined && (${this.#differs(`o.${name}`, field)})`;
      const known = versionIn(field.tagged, this.#versions);
      lines.push(`const has_${name} = ${choose(known, `(${differs})`, 'false')};`);
      lines.push(`if (has_${name}) tagCount++;`);
    }
    lines.push('w.unsignedVarint(tagCount);');
    for (const { name, field } of tagged) {
      lines.push(
        `if (has_${name}) {\nconst mark = w.beginTag(${field.tag});\nconst x = o.${name};`,
        this.#write('x', name, field, 'true', true),
        'w.endTag(mark);\n}',
      );
    }
    return lines.join('\n');
  }
}

/** The default of a primitive as a literal. */
function literal(value: unknown): string {
  return JSON.stringify(value);
}

function defaultExpression(field: Field): string {
  switch (field.type.kind) {
    case 'array':
    case 'bytes':
      return field.default === null ? 'null' : '[]';
    case 'struct':
      return field.default === null ? 'null' : '{}';
    case 'uuid':
      return JSON.stringify(ZERO_UUID);
    default:
      return literal(field.default);
  }
}
