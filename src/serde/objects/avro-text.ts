import { AvroInput } from '../avro/input.ts';
import { type AvroType, parseAvro } from '../avro/schema-tree.ts';
import { printDouble, printFloat } from '../model/java-double.ts';
import { ENVELOPE_BYTES } from '../schemas/envelope.ts';
import type { RegisteredSchema } from '../schemas/registered-schema.ts';

/**
 * Makes the text of records of an Avro schema, as Avro's Java classes print theirs (`GenericData.toString`): nearly JSON, bytes as text of
 * their code points. @throws {SerdeError}
 */
export function avroText(schema: RegisteredSchema): (bytes: Buffer) => string {
  const type = parseAvro(schema);
  const input = new AvroInput();
  return (bytes) => {
    input.begin(bytes, ENVELOPE_BYTES);
    // A text of its own has no quotes.
    const text = type.kind === 'string' ? input.text() : printed(type, input);
    input.end();
    return text;
  };
}

function printed(type: AvroType, input: AvroInput): string {
  switch (type.kind) {
    case 'null':
      return 'null';
    case 'boolean':
    case 'int':
    case 'long':
      return String(input[type.kind]());
    case 'float':
      return quotedUnlessFinite(printFloat(input.float()));
    case 'double':
      return quotedUnlessFinite(printDouble(input.double()));
    case 'string':
      return quoted(input.text());
    case 'bytes':
      return quoted(input.bytes().toString('latin1'));
    case 'fixed':
      // Signed bytes, as Java prints an array of them.
      return `[${[...new Int8Array(input.fixed(type.size))].join(', ')}]`;
    case 'enum':
      return quoted(type.symbols[input.index(type.symbols.length)] ?? '');
    case 'array':
      return `[${items(input, () => printed(type.items, input)).join(', ')}]`;
    case 'map':
      return `{${items(input, () => `${quoted(input.text())}: ${printed(type.values, input)}`).join(', ')}}`;
    case 'record':
      return `{${type.fields.map((field) => `${quoted(field.name)}: ${printed(field.type, input)}`).join(', ')}}`;
    case 'union': {
      const branch = type.branches[input.index(type.branches.length)];
      return branch === undefined ? '' : printed(branch, input);
    }
  }
}

function items(input: AvroInput, item: () => string): readonly string[] {
  const all: string[] = [];
  for (let count = input.count(); count !== 0; count = input.count())
    for (; count > 0; count -= 1) all.push(item());
  return all;
}

const quotedUnlessFinite = (number: string): string => (/[NI]/.test(number) ? `"${number}"` : number);

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function quoted(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is escaped
  const escaped = text.replace(/["\\\u0000-\u001f\u007f-\u009f\u2000-\u20ff]/g, (letter) => {
    const code = letter.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    return ESCAPES[letter] ?? `\\u${code}`;
  });
  return `"${escaped}"`;
}
