import { BytesReader } from '../base/bytes-reader.ts';
import { BytesWriter } from '../base/bytes-writer.ts';
import { ProtocolError } from '../base/protocol-error.ts';
import { compileDecoder, type Decoder } from './compile-decoder.ts';
import { compileEncoder, type Encoder } from './compile-encoder.ts';
import type { Message } from './message.ts';
import { includesVersion } from './version-range.ts';

interface Compiled {
  encoder: Encoder | undefined;
  decoder: Decoder | undefined;
}

const compiled = new WeakMap<Message, Compiled>();
const UNSUPPORTED_VERSION = 35;

/** One writer for all messages: encoding is synchronous, and what is handed out is never written again. */
const sharedWriter = new BytesWriter(64 * 1024);

function compiledOf(message: Message): Compiled {
  let entry = compiled.get(message);
  if (entry === undefined) {
    entry = { encoder: undefined, decoder: undefined };
    compiled.set(message, entry);
  }
  return entry;
}

/**
 * Writes `value` into `writer`. The encoder is compiled on the first use of a message.
 * @throws {ProtocolError} UNSUPPORTED_VERSION for a version that is not declared, or that lacks a field with a value.
 */
export function encodeInto<In>(
  writer: BytesWriter,
  message: Message<unknown, In>,
  version: number,
  value: In,
): void {
  checkVersion(message, version);
  const entry = compiledOf(message);
  entry.encoder ??= compileEncoder(message);
  entry.encoder(writer, version, value);
}

/**
 * Reads a message from where `reader` stands and leaves it behind the message.
 * @throws {ProtocolError} for bytes that are not such a message.
 */
export function decodeFrom<Out>(message: Message<Out>, version: number, reader: BytesReader): Out {
  checkVersion(message, version);
  const entry = compiledOf(message);
  entry.decoder ??= compileDecoder(message);
  return entry.decoder(reader, version) as Out;
}

/** Runs `write` on the shared writer; what a failure leaves behind is dropped. */
export function withWriter(write: (writer: BytesWriter) => void): BytesWriter {
  try {
    write(sharedWriter);
    return sharedWriter;
  } catch (error) {
    sharedWriter.reset();
    throw error;
  }
}

/** Encodes a struct that stands alone. */
export function encodeStruct<In>(message: Message<unknown, In>, version: number, value: In): Buffer {
  return withWriter((writer) => encodeInto(writer, message, version, value)).finishBuffer();
}

/**
 * Decodes a struct that stands alone.
 * @throws {ProtocolError} also when bytes are left over.
 */
export function decodeStruct<Out>(message: Message<Out>, version: number, bytes: Buffer): Out {
  const reader = new BytesReader(bytes);
  const value = decodeFrom(message, version, reader);
  reader.expectEnd();
  return value;
}

/**
 * Encodes a struct with two bytes of its version before it: values of coordinator records, consumer protocol metadata.
 */
export function encodeVersioned<In>(message: Message<unknown, In>, version: number, value: In): Buffer {
  return withWriter((writer) => {
    writer.int16(version);
    encodeInto(writer, message, version, value);
  }).finishBuffer();
}

/**
 * Decodes what {@link encodeVersioned} wrote. A version newer than we know is read as the newest known one, and what
 * follows is ignored, when `lenient`: the consumer protocol allows that, coordinator records do not.
 */
export function decodeVersioned<Out>(
  message: Message<Out>,
  bytes: Buffer,
  options?: { readonly lenient?: boolean },
): Out {
  const reader = new BytesReader(bytes);
  const version = reader.int16();
  const lenient = options?.lenient === true;
  const value = decodeFrom(message, lenient ? Math.min(version, message.versions.max) : version, reader);
  if (!lenient) reader.expectEnd();
  return value;
}

function checkVersion(message: Message, version: number): void {
  if (includesVersion(message.versions, version)) return;
  throw new ProtocolError(
    UNSUPPORTED_VERSION,
    `${message.name} has the versions ${message.versions.min} to ${message.versions.max}, not ${version}`,
  );
}
