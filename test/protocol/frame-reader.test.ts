import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameSizesUpTo } from '../../broker/server/frame-sizes.ts';
import { BufferPool } from '../../src/base/buffer-pool.ts';
import { ProtocolError } from '../../src/base/protocol-error.ts';
import { checkAnswerSize } from '../../src/client/connection/check-answer-size.ts';
import { FrameReader } from '../../src/protocol/frame-reader.ts';

const KIB = 1024;

function framed(payload: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(payload.length);
  return Buffer.concat([size, payload]);
}

function readAll(reader: FrameReader): Buffer[] {
  const frames: Buffer[] = [];
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) frames.push(frame);
  return frames;
}

/** Gives the reader a part of a stream as a socket does: read into the memory that it asks for, at most `max` bytes. */
function read(reader: FrameReader, bytes: Buffer, max: number): number {
  const target = reader.target();
  const count = Math.min(max, target.length, bytes.length);
  bytes.copy(target, 0, 0, count);
  reader.push(target.subarray(0, count));
  return count;
}

const PATTERN = Buffer.from(Uint8Array.from({ length: 1200 * KIB }, (_, i) => i * 31 + (i >>> 8)));

/** So many bytes, others for each of a few seeds. */
function payloadOf(length: number, seed: number): Buffer {
  return PATTERN.subarray(seed * 7, seed * 7 + length);
}

describe('FrameReader', () => {
  it('gives back the frames of a stream however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 40 }),
        (payloads, cuts) => {
          const stream = Buffer.concat(payloads.map(framed));
          const reader = new FrameReader({ checkSize: frameSizesUpTo(1000) });
          const frames: Buffer[] = [];
          let at = 0;
          for (let i = 0; at < stream.length; i++) {
            const chunk = Buffer.from(stream.subarray(at, at + (cuts[i % cuts.length] ?? 1)));
            reader.push(chunk);
            // What a chunk lies in is read into again.
            at += chunk.length;
            chunk.fill(0xee);
            frames.push(...readAll(reader));
          }
          expect(frames.map((frame) => [...frame])).toEqual(payloads.map((payload) => [...payload]));
          expect(reader.bufferedBytes).toBe(0);
          expect(reader.isMidFrame).toBe(false);
        },
      ),
    );
  });

  it('gives back large frames that are read into its own memory, while others come from the same pool', () => {
    const size = fc.oneof(
      fc.integer({ min: 0, max: 200 }),
      fc.integer({ min: 0, max: 300 * KIB }),
      fc.constantFrom(16 * KIB, 64 * KIB - 4, 64 * KIB, 1024 * KIB + 1),
    );
    const cut = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 70 * KIB }));
    fc.assert(
      fc.property(
        fc.array(size, { minLength: 1, maxLength: 4 }),
        fc.array(cut, { minLength: 1, maxLength: 6 }),
        (sizes, cuts) => {
          // One cut in a few is small at most: a megabyte byte by byte would take its time.
          if (cuts.every((bytes) => bytes < 30 * KIB)) cuts.push(30 * KIB);
          const pool = new BufferPool({ poison: true });
          const payloads = sizes.map(payloadOf);
          const stream = Buffer.concat(payloads.map(framed));
          const readers = [0, 1].map(() => ({
            reader: new FrameReader({ checkSize: () => {}, memory: pool }),
            at: 0,
            seen: 0,
          }));
          for (let i = 0; readers.some(({ at }) => at < stream.length); i++) {
            const turn = readers[i % 2] as (typeof readers)[number];
            const { reader } = turn;
            turn.at += read(reader, stream.subarray(turn.at), cuts[i % cuts.length] ?? 1);
            for (const frame of readAll(reader)) {
              expect(frame.equals(payloads[turn.seen++] as Buffer)).toBe(true);
              pool.giveBack(frame);
            }
          }
          for (const { reader, seen } of readers) {
            expect(seen).toBe(payloads.length);
            expect(reader.bufferedBytes).toBe(0);
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it('reads the rest of a large frame into its place', () => {
    const payload = payloadOf(100 * KIB, 1);
    const stream = framed(payload);
    const reader = new FrameReader({ checkSize: () => {} });
    const first = read(reader, stream, stream.length);
    expect(reader.isMidFrame).toBe(true);
    const place = reader.target();
    expect(read(reader, stream.subarray(first), stream.length)).toBe(stream.length - first);
    const [frame] = readAll(reader);
    expect(frame?.buffer).toBe(place.buffer);
    expect(frame?.equals(payload)).toBe(true);
  });

  it('allocates nothing on the word of a peer that announces a large frame', () => {
    const taken: number[] = [];
    const reader = new FrameReader({
      checkSize: () => {},
      memory: {
        take(length) {
          taken.push(length);
          return Buffer.alloc(length);
        },
        giveBack: () => {},
      },
    });
    const prefix = Buffer.alloc(4);
    prefix.writeInt32BE(100 * KIB * KIB);
    reader.push(prefix);
    expect(taken).toEqual([]);
    reader.push(Buffer.alloc(10));
    expect(taken).toEqual([16 * KIB]);
    expect(reader.bufferedBytes).toBe(10);
  });

  it.each([-1, 101, 0x7fffffff])(
    'hands out what came before a frame of size %i, and refuses that',
    (size) => {
      const reader = new FrameReader({ checkSize: frameSizesUpTo(100) });
      const prefix = Buffer.alloc(4);
      prefix.writeInt32BE(size);
      reader.push(Buffer.concat([framed(Buffer.from('good')), prefix, Buffer.from('more')]));
      expect(reader.next()?.toString()).toBe('good');
      expect(() => reader.next()).toThrow(ProtocolError);
      reader.push(framed(Buffer.from('late')));
      expect(() => reader.next()).toThrow(ProtocolError);
    },
  );

  it('refuses what is not a broker', () => {
    const http = new FrameReader({ checkSize: checkAnswerSize });
    http.push(Buffer.from('HTTP/1.1 400 Bad Request\r\n'));
    expect(() => http.next()).toThrow(
      'the other side does not speak the Kafka protocol: its answer begins with "HTTP"',
    );
    const other = new FrameReader({ checkSize: checkAnswerSize });
    other.push(Buffer.from([0xff, 0xff, 0xff, 0xff]));
    expect(() => other.next()).toThrow('Kafka protocol');
  });
});
