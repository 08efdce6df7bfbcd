import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BytesReader } from '../../src/base/bytes-reader.ts';
import { BytesWriter } from '../../src/base/bytes-writer.ts';
import { decodeFrom, encodeInto } from '../../src/protocol/codec.ts';
import type { Message } from '../../src/protocol/message.ts';
import { ProtocolError } from '../../src/protocol/protocol-error.ts';
import type { Field } from '../../src/protocol/schema.ts';
import { declaredMessages } from './declared-messages.ts';
import { messageArbitrary } from './message-arbitrary.ts';

function versionsOf(message: Message): readonly number[] {
  const { min, max } = message.versions;
  return Array.from({ length: max - min + 1 }, (_, i) => min + i);
}

function encode(message: Message, version: number, value: unknown): Buffer {
  const writer = new BytesWriter(64);
  encodeInto(writer, message, version, value);
  return Buffer.concat(writer.finish());
}

function decode(message: Message, version: number, bytes: Buffer): unknown {
  const reader = new BytesReader(bytes);
  const value = decodeFrom(message, version, reader);
  reader.expectEnd();
  return value;
}

/** Records that may not be null decode to no bytes. */
function hasNonNullableRecords(fields: Readonly<Record<string, Field>>): boolean {
  return Object.values(fields).some((field) => field.type.kind === 'records' && field.nullable.max < 0);
}

describe.each([...declaredMessages.values()].map((message) => [message.name, message] as const))(
  '%s',
  (_, message) => {
    it('comes back from every version as it was', () => {
      for (const version of versionsOf(message)) {
        fc.assert(
          fc.property(messageArbitrary(message, version), (value) => {
            const bytes = encode(message, version, value);
            const expected = hasNonNullableRecords(message.fields) ? withEmptyRecords(message, value) : value;
            expect(decode(message, version, bytes)).toStrictEqual(expected);
          }),
          { numRuns: 12 },
        );
      }
    });

    it('takes an empty object as all defaults', () => {
      for (const version of versionsOf(message)) {
        const value = decode(message, version, encode(message, version, {}));
        expect(Object.keys(value as object)).toEqual(Object.keys(message.fields));
      }
    });

    it('ends every truncation and every changed byte in a value or a protocol error', () => {
      for (const version of versionsOf(message)) {
        const [sample] = fc.sample(messageArbitrary(message, version), { numRuns: 1, seed: 7 * version + 3 });
        const bytes = encode(message, version, sample);
        const step = Math.max(1, Math.floor(bytes.length / 60));
        for (let length = 0; length < bytes.length; length += step) {
          expect(() => decode(message, version, bytes.subarray(0, length))).toThrow(ProtocolError);
          const changed = Buffer.from(bytes);
          changed[length] = (changed[length] ?? 0) ^ (1 << (length % 8));
          expectValueOrProtocolError(() => decode(message, version, changed));
          changed.fill(0xff, length, Math.min(length + 4, changed.length));
          expectValueOrProtocolError(() => decode(message, version, changed));
        }
        expect(() => decode(message, version, Buffer.concat([bytes, Buffer.alloc(1)]))).toThrow(
          ProtocolError,
        );
      }
    });
  },
);

function withEmptyRecords(message: Message, value: unknown): unknown {
  const copy = { ...(value as Record<string, unknown>) };
  for (const [name, field] of Object.entries(message.fields)) {
    if (field.type.kind === 'records' && copy[name] === null) copy[name] = Buffer.alloc(0);
  }
  return copy;
}

function expectValueOrProtocolError(decoding: () => unknown): void {
  try {
    decoding();
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
  }
}
