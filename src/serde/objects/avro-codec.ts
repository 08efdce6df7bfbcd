import { parseAvro, type AvroType } from '../avro/schema-tree.ts';
import type { ObjectCodec } from './object-codec.ts';
import { avroObjectReader } from './avro-reader.ts';
import { avroObjectWriter } from './avro-writer.ts';

/** Values of an Avro schema. @param schema JSON. @throws {SerdeError} where it is none. */
export function avroCodec(schema: string): ObjectCodec {
  const own = parseAvro({ schema, dependencies: [] });
  return {
    text: { type: 'AVRO', schema, references: [] },
    recordName: nameOf(own),
    reader: (written) => avroObjectReader(parseAvro(written), own),
    writer: (written) => avroObjectWriter(parseAvro(written), written.id),
  };
}

const nameOf = (type: AvroType): string | undefined =>
  type.kind === 'record' || type.kind === 'enum' || type.kind === 'fixed' ? type.name : undefined;
