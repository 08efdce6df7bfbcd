import { SerdeError } from '../model/serde-error.ts';
import { ENVELOPE_BYTES, putSchemaId } from '../schemas/envelope.ts';
import type { ObjectCodec } from './object-codec.ts';

/** Values of a JSON Schema. Like Confluent's serializers, it does not check that a value is one. */
export function jsonCodec(schema: string, title: string | undefined): ObjectCodec {
  return {
    text: { type: 'JSON', schema, references: [] },
    recordName: title,
    reader: () => read,
    writer: ({ id }) => {
      const envelope = Buffer.alloc(ENVELOPE_BYTES);
      putSchemaId(envelope, id);
      return (value) => {
        const text: unknown = JSON.stringify(value);
        if (typeof text !== 'string') throw new SerdeError(`${typeof value} is no JSON`);
        return Buffer.concat([envelope, Buffer.from(text)]);
      };
    },
  };
}

function read(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8', ENVELOPE_BYTES));
  } catch (error) {
    throw new SerdeError(`not JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
