import { isUtf8 } from 'node:buffer';
import { avroText } from '../../serde/objects/avro-text.ts';
import { protobufText } from '../../serde/objects/protobuf-text.ts';
import {
  ENVELOPE_BYTES,
  type RegisteredSchema,
  type SchemaRegistryClient,
  SerdeError,
} from '../../serde/index.ts';
import { guessKey, guessValue, type GuessedFormat } from './guess-format.ts';

type TextOf = (bytes: Buffer) => string;

/** Names of formats by the types of their schemas. */
const FORMATS = { AVRO: 'AVRO', JSON: 'JSON_SR', PROTOBUF: 'PROTOBUF' } as const;

interface SchemaText {
  readonly name: string;
  readonly textOf: TextOf;
}

/**
 * Keys and values as PRINT shows them: by the schema that their bytes name, where the registry has one that fits, else by what looking at
 * them tells.
 */
export class RecordTexts {
  readonly #registry: Pick<SchemaRegistryClient, 'byId'>;
  /** By id; undefined where it was asked for in vain. */
  readonly #schemas = new Map<number, SchemaText | undefined>();

  constructor(registry: Pick<SchemaRegistryClient, 'byId'>) {
    this.#registry = registry;
  }

  key(bytes: Buffer | null): Promise<GuessedFormat> {
    return this.#text(bytes, guessKey);
  }

  value(bytes: Buffer | null): Promise<GuessedFormat> {
    return this.#text(bytes, guessValue);
  }

  async #text(bytes: Buffer | null, guess: typeof guessValue): Promise<GuessedFormat> {
    if (bytes === null || bytes.length < ENVELOPE_BYTES || bytes[0] !== 0) return guess(bytes);
    const schema = await this.#schemaOf(bytes.readUInt32BE(1));
    if (schema === undefined) return guess(bytes);
    try {
      const text = schema.textOf(bytes);
      // To ksqlDB all bytes that are UTF-8 may be a text, too.
      return { name: isUtf8(bytes) ? `${schema.name} or KAFKA_STRING` : schema.name, text };
    } catch (error) {
      if (error instanceof SerdeError || error instanceof RangeError) return guess(bytes);
      throw error;
    }
  }

  async #schemaOf(id: number): Promise<SchemaText | undefined> {
    if (!this.#schemas.has(id)) this.#schemas.set(id, await this.#fetched(id));
    return this.#schemas.get(id);
  }

  /** Without a registry, or where it does not answer, the bytes can still be shown. */
  async #fetched(id: number): Promise<SchemaText | undefined> {
    const schema = await this.#registry.byId(id).catch(() => undefined);
    try {
      return schema && { name: FORMATS[schema.type], textOf: textOf(schema) };
    } catch (error) {
      if (error instanceof SerdeError || error instanceof RangeError) return undefined;
      throw error;
    }
  }
}

function textOf(schema: RegisteredSchema): TextOf {
  switch (schema.type) {
    case 'AVRO':
      return avroText(schema);
    case 'PROTOBUF':
      return protobufText(schema);
    case 'JSON':
      return jsonText;
  }
}

/** The text of a record as it is, if it is JSON. */
function jsonText(bytes: Buffer): string {
  const text = bytes.toString('utf8', ENVELOPE_BYTES);
  try {
    JSON.parse(text);
  } catch (error) {
    throw new SerdeError('not JSON', { cause: error });
  }
  return text;
}
