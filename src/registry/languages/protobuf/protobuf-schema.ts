import { ComparisonWork } from '../comparison-work.ts';
import {
  type Difference,
  OTHER_LANGUAGE,
  type ParsedSchema,
  type SchemaLanguage,
  type SchemaReference,
  type SchemaSource,
} from '../parsed-schema.ts';
import { checkProto } from './check.ts';
import { protoDifferences } from './compatibility.ts';
import { readDescriptor } from './read-descriptor.ts';
import { writeDescriptor } from './write-descriptor.ts';
import type { ProtoFile } from './file.ts';
import { parseProto } from './parse.ts';
import { printProto } from './print.ts';
import { ProtoTypes } from './types.ts';
import { wellKnownFile } from './well-known.ts';

/** A schema in Protobuf's language, as the registry knows it. */
class ProtobufSchema implements ParsedSchema {
  readonly type = 'PROTOBUF';
  readonly references: readonly SchemaReference[];
  readonly text: string;
  readonly file: ProtoFile;
  readonly types: ProtoTypes;

  constructor(source: SchemaSource) {
    this.references = source.references;
    this.file = readProto(source.text);
    this.types = typesOf(this.file, source);
    if (source.isNew) checkProto(this.file, this.types);
    this.text = printProto(this.file, source.isNormalized ? { types: this.types } : undefined);
  }

  format(format: string): string {
    return format.toLowerCase() === 'serialized' ? writeDescriptor(this.file, this.types) : this.text;
  }

  differencesFrom(writer: ParsedSchema, work = new ComparisonWork()): readonly Difference[] {
    return writer instanceof ProtobufSchema ? protoDifferences(this, writer, work) : [OTHER_LANGUAGE];
  }

  registered(origin: string): string | undefined {
    const reference = this.references.find(({ name }) => name === origin);
    return reference === undefined ? undefined : `${reference.version} ${reference.subject}`;
  }
}

/** Reads a schema that is a text, or a descriptor in Base64. @throws {InvalidSchemaError} */
function readProto(text: string): ProtoFile {
  return readDescriptor(text) ?? parseProto(text);
}

/** The types of a file and of all that it imports: what is referred to, and what every schema may import. */
function typesOf(file: ProtoFile, { resolved }: SchemaSource): ProtoTypes {
  const types = new ProtoTypes();
  const seen = new Set<string>();
  const addImports = ({ imports, publicImports }: ProtoFile): void => {
    for (const path of [...imports, ...publicImports]) {
      if (seen.has(path)) continue;
      seen.add(path);
      const text = resolved.get(path);
      const imported = text === undefined ? wellKnownFile(path) : readProto(text);
      types.add(imported, path);
      addImports(imported);
    }
  };
  addImports(file);
  types.add(file, undefined);
  return types;
}

export const protobufLanguage: SchemaLanguage = {
  type: 'PROTOBUF',
  parse: (source) => new ProtobufSchema(source),
};
