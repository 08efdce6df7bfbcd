import { compileFunction } from '../base/compile-function.ts';
import type { BytesReader } from '../base/bytes-reader.ts';
import { malformed } from '../base/protocol-error.ts';
import {
  branch,
  bytesMinByVersion,
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

export type Decoder = (reader: BytesReader, version: number) => unknown;

/** What generated decoders call besides the reader. */
const runtime = {
  nullNotAllowed: (field: string): never => malformed(`${field} is null where it may not be`),
  tagSize: (field: string): never => malformed(`the tagged field ${field} does not have the size it says`),
};

/** Generates the function that reads a message in any of its versions. */
export function compileDecoder(message: Message): Decoder {
  const source = decoderSource(message);
  return compileFunction<Decoder>({ runtime, constants: source.constants }, source.code);
}

/** The source of {@link compileDecoder}, one function per struct, and the constants that it refers to. */
function decoderSource(message: Message): {
  readonly code: string;
  readonly constants: readonly unknown[];
} {
  const generator = new DecoderGenerator(message);
  const root = generator.names.of(message.fields);
  const functions: string[] = [];
  for (let next = generator.names.pending.shift(); next; next = generator.names.pending.shift()) {
    functions.push(generator.struct(next.name, next.fields));
  }
  return { code: `'use strict';\n${functions.join('\n')}\nreturn ${root};`, constants: generator.constants };
}

class DecoderGenerator {
  readonly names = new StructNames();
  /** What the code refers to by number: defaults that are not literals, tables by version. */
  readonly constants: unknown[] = [];
  readonly #message: Message;
  readonly #versions: VersionRange;
  readonly #flexible: string;

  constructor(message: Message) {
    this.#message = message;
    this.#versions = message.versions;
    this.#flexible = flexibleCondition(message);
  }

  struct(functionName: string, fields: Fields): string {
    const entries = Object.entries(fields);
    const body = entries.map(([name, field]) => this.#field(name, field)).join('\n');
    const members = entries.map(([name]) => `${name}: $${name}`).join(', ');
    const tags = branch(this.#flexible, this.#tags(fields), '');
    return `function ${functionName}(r, v) {\n${flexibleVariable(this.#message)}${body}\n${tags}\nreturn { ${members} };\n}`;
  }

  #field(name: string, field: Field): string {
    const versions = this.#versions;
    const untagged = this.#untaggedVersions(field);
    const present = untagged === 'false' ? 'false' : untagged;
    const read = this.#read(`$${name}`, name, field, field.neverFlexible ? 'false' : this.#flexible);
    const absent = `$${name} = ${this.#default(field)};`;
    if (field.tag >= 0 && versionIn(field.tagged, versions) === 'true') return `let ${absent}`;
    return `let $${name};\n${branch(present, read, absent)}`;
  }

  /** The condition for the field being among the ordinary fields; tagged versions are open-ended (KIP-482). */
  #untaggedVersions(field: Field): string {
    if (field.tag < 0) return versionIn(field.versions, this.#versions);
    return versionIn({ min: field.versions.min, max: field.tagged.min - 1 }, this.#versions);
  }

  #default(field: Field): string {
    if (field.type.kind === 'struct' && field.default === undefined) {
      return `${this.#structDefault(field.type.fields)}`;
    }
    const value = field.default;
    if (value === null || typeof value === 'boolean') return String(value);
    if (typeof value === 'number' || typeof value === 'string') return JSON.stringify(value);
    this.constants.push(value);
    return `constants[${this.constants.length - 1}]`;
  }

  #structDefault(fields: Fields): string {
    const members = Object.entries(fields).map(([name, field]) => `${name}: ${this.#default(field)}`);
    return `{ ${members.join(', ')} }`;
  }

  /** Statements that read a value of the field into `target`. */
  #read(target: string, name: string, field: Field, flexible: string, isTagged = false): string {
    const nullable = versionIn(intersectVersions(field.nullable, field.versions), this.#versions);
    const { type } = field;
    const label = JSON.stringify(`${this.#message.name}.${name}`);
    switch (type.kind) {
      case 'array':
        return this.#readArray(target, label, type.element, { nullable, flexible });
      case 'struct': {
        const plain = `${target} = ${this.names.of(type.fields)}(r, v);`;
        // As Kafka has it, the mark of a null is -1 among ordinary fields and 0 in a tagged one.
        const isNull = isTagged ? 'r.unsignedVarint() === 0' : 'r.int8() < 0';
        return branch(nullable, `if (${isNull}) ${target} = null; else ${plain}`, plain);
      }
      default:
        return `${target} = ${this.#primitive(type, nullable, flexible)};`;
    }
  }

  #primitive(type: FieldType, nullable: string, flexible: string): string {
    switch (type.kind) {
      case 'string':
        return choose(
          flexible,
          choose(nullable, 'r.compactNullableString()', 'r.compactString()'),
          choose(nullable, 'r.nullableString()', 'r.string()'),
        );
      case 'bytes':
      case 'records':
        return choose(
          flexible,
          choose(nullable, 'r.compactNullableBytes()', 'r.compactBytes()'),
          choose(nullable, 'r.nullableBytes()', 'r.bytes()'),
        );
      case 'struct':
        return `${this.names.of(type.fields)}(r, v)`;
      default:
        return `r.${type.kind}()`;
    }
  }

  #readArray(
    target: string,
    label: string,
    element: FieldType,
    { nullable, flexible }: { readonly nullable: string; readonly flexible: string },
  ): string {
    const min = this.#bytesMin(element);
    const length = choose(flexible, `r.compactArrayLength(${min})`, `r.arrayLength(${min})`);
    const onNull = branch(nullable, `${target} = null;`, `runtime.nullNotAllowed(${label});`);
    const item = this.#primitive(element, 'false', flexible);
    return [
      `const n${target} = ${length};`,
      `if (n${target} < 0) {\n${onNull}\n} else {`,
      `${target} = [];`,
      `for (let i = 0; i < n${target}; i++) ${target}.push(${item});\n}`,
    ].join('\n');
  }

  /** An expression: a number where all versions agree, else an entry of a table. */
  #bytesMin(element: FieldType): string {
    const byVersion = bytesMinByVersion(element, this.#message);
    if (new Set(byVersion).size === 1) return String(byVersion[0]);
    this.constants.push(byVersion);
    return `constants[${this.constants.length - 1}][v - ${this.#versions.min}]`;
  }

  #tags(fields: Fields): string {
    const tagged = taggedFields(fields, this.#versions);
    if (tagged.length === 0) return 'r.skipTaggedFields();';
    const cases = tagged.map(({ name, field }) => {
      const known = versionIn(field.tagged, this.#versions);
      const guard = known === 'true' ? '' : `if (!(${known})) { r.take(size); break; }\n`;
      return `case ${field.tag}: {\n${guard}${this.#read(`$${name}`, name, field, 'true', true)}\nbreak;\n}`;
    });
    return [
      'const tagCount = r.unsignedVarint();',
      'for (let t = 0; t < tagCount; t++) {',
      'const tag = r.unsignedVarint();',
      'const size = r.unsignedVarint();',
      'const tagEnd = r.position + size;',
      `switch (tag) {\n${cases.join('\n')}\ndefault: r.take(size);\n}`,
      `if (r.position !== tagEnd) runtime.tagSize(${JSON.stringify(`${this.#message.name} tag `)} + tag);`,
      '}',
    ].join('\n');
  }
}
