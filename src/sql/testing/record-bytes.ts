import type { DataSource, WindowInfo } from '../catalog/data-source.ts';
import type { SchemaColumn } from '../types/logical-schema.ts';
import type { MemoryRegistry } from './memory-registry.ts';
import { formatOf } from '../../serde/formats.ts';
import { decodeRegistered, encodeRegistered } from './registered-bytes.ts';
import type { CaseWindow } from './case.ts';
import { messageText } from '../../serde/protobuf/format.ts';
import { type Json, JsonNumber, parseJson, printJson } from './lossless-json.ts';
import { type ProtobufJson, protobufJson } from './protobuf-json.ts';

/**
 * Between the JSON of a case and the bytes of a topic. These are the harness's own serdes, independent of the formats
 * that are tested: JSON is passed on as it is written, DELIMITED is one raw text, KAFKA is binary by the column's type.
 */
export function encodeSide(
  side: 'key' | 'value',
  source: DataSource | undefined,
  json: Json,
  registry: MemoryRegistry,
): Buffer | null {
  if (json === null) return null;
  const { format, column } = layoutOf(side, source);
  if (source !== undefined && formatOf(format).usesSchemaRegistry)
    return encodeRegistered(side, source, json, registry);
  switch (format) {
    case 'NONE':
      return null;
    case 'DELIMITED':
      return Buffer.from(plainText(json), 'utf8');
    case 'KAFKA':
      return encodeKafka(json, column);
    case 'PROTOBUF_NOSR':
      return messageJson(side, source).encode(json);
    default:
      return Buffer.from(printJson(json), 'utf8');
  }
}

/** What bytes hold, as JSON that can be compared; numbers keep their scale. */
export function decodeSide(
  side: 'key' | 'value',
  source: DataSource | undefined,
  bytes: Buffer | null,
  registry: MemoryRegistry,
): Json {
  if (bytes === null) return null;
  const { format, column } = layoutOf(side, source);
  if (source !== undefined && formatOf(format).usesSchemaRegistry)
    return decodeRegistered(side, source, bytes, registry);
  switch (format) {
    case 'NONE':
      return null;
    case 'DELIMITED':
      return bytes.toString('utf8');
    case 'KAFKA':
      return decodeKafka(bytes, column);
    case 'PROTOBUF_NOSR':
      return messageJson(side, source).decode(bytes);
    default:
      return parseJson(bytes.toString('utf8'));
  }
}

function layoutOf(
  side: 'key' | 'value',
  source: DataSource | undefined,
): { readonly format: string; readonly column: SchemaColumn | undefined } {
  // A topic that no source describes is read as Kafka's own tools would.
  if (source === undefined) return { format: side === 'key' ? 'KAFKA' : 'JSON', column: undefined };
  const { keyFormat, valueFormat } = source.topic;
  return side === 'key'
    ? { format: keyFormat.format, column: source.schema.key[0] }
    : { format: valueFormat.format, column: source.schema.value[0] };
}

const messages = new WeakMap<DataSource, Partial<Record<'key' | 'value', ProtobufJson>>>();

/** The message that columns are written as where no registry says so. */
function messageJson(side: 'key' | 'value', source: DataSource | undefined): ProtobufJson {
  if (source === undefined) throw new RangeError('no columns');
  const known = messages.get(source) ?? {};
  messages.set(source, known);
  const { properties } = side === 'key' ? source.topic.keyFormat : source.topic.valueFormat;
  return (known[side] ??= protobufJson(messageText(source.schema[side], properties)));
}

function plainText(json: Json): string {
  return typeof json === 'string' ? json : printJson(json);
}

function encodeKafka(json: Json, column: SchemaColumn | undefined): Buffer {
  const text = plainText(json);
  switch (column?.type.kind) {
    case 'INTEGER': {
      const bytes = Buffer.alloc(4);
      bytes.writeInt32BE(Math.trunc(Number(text)));
      return bytes;
    }
    case 'BIGINT': {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64BE(BigInt(text.replace(/\.[0-9]*$/, '')));
      return bytes;
    }
    case 'DOUBLE': {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(Number(text));
      return bytes;
    }
    default:
      return Buffer.from(text, 'utf8');
  }
}

function decodeKafka(bytes: Buffer, column: SchemaColumn | undefined): Json {
  switch (column?.type.kind) {
    case 'INTEGER':
      return new JsonNumber(String(bytes.readInt32BE()));
    case 'BIGINT':
      return new JsonNumber(String(bytes.readBigInt64BE()));
    case 'DOUBLE':
      return new JsonNumber(javaDouble(bytes.readDoubleBE()));
    default:
      return bytes.toString('utf8');
  }
}

function javaDouble(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e7 ? `${value}.0` : String(value);
}

/** Puts a window around the bytes of a key. */
export function encodeWindow(key: Buffer | null, window: CaseWindow | undefined): Buffer | null {
  if (window === undefined || key === null) return key;
  const session = window.type === 'SESSION';
  const bytes = Buffer.alloc(key.length + (session ? 16 : 8));
  key.copy(bytes);
  if (session) bytes.writeBigInt64BE(BigInt(window.endMs ?? window.startMs), key.length);
  bytes.writeBigInt64BE(BigInt(window.startMs), bytes.length - 8);
  return bytes;
}

interface DecodedKey {
  readonly key: Buffer | null;
  readonly window?: { readonly startMs: number; readonly endMs: number; readonly type: 'TIME' | 'SESSION' };
}

/** Takes the window from around a key. */
export function decodeWindow(bytes: Buffer | null, window: WindowInfo | undefined): DecodedKey {
  if (bytes === null || window === undefined) return { key: bytes };
  const startMs = Number(bytes.readBigInt64BE(bytes.length - 8));
  if (window.type !== 'SESSION') {
    return {
      key: bytes.subarray(0, bytes.length - 8),
      window: { startMs, endMs: startMs + (window.sizeMs ?? 0), type: 'TIME' },
    };
  }
  const endMs = Number(bytes.readBigInt64BE(bytes.length - 16));
  return { key: bytes.subarray(0, bytes.length - 16), window: { startMs, endMs, type: 'SESSION' } };
}
