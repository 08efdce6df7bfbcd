import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameReader } from '../../../broker/server/frame-reader.ts';
import { ProtocolError } from '../../../src/base/protocol-error.ts';

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

describe('FrameReader', () => {
  it('gives back the frames of a stream however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 40 }),
        (payloads, cuts) => {
          const stream = Buffer.concat(payloads.map(framed));
          const reader = new FrameReader(1000);
          const frames: Buffer[] = [];
          let at = 0;
          for (let i = 0; at < stream.length; i++) {
            const length = cuts[i % cuts.length] ?? 1;
            reader.push(stream.subarray(at, at + length));
            at += length;
            frames.push(...readAll(reader));
          }
          expect(frames.map((frame) => [...frame])).toEqual(payloads.map((payload) => [...payload]));
          expect(reader.bufferedBytes).toBe(0);
        },
      ),
    );
  });

  it('does not copy a frame that lies in one chunk', () => {
    const chunk = Buffer.concat([framed(Buffer.from('one')), framed(Buffer.from('two'))]);
    const reader = new FrameReader(100);
    reader.push(chunk);
    for (const frame of readAll(reader)) expect(frame.buffer).toBe(chunk.buffer);
  });

  it.each([-1, 101, 0x7fffffff])('refuses a frame of size %i', (size) => {
    const reader = new FrameReader(100);
    const prefix = Buffer.alloc(4);
    prefix.writeInt32BE(size);
    reader.push(prefix);
    expect(() => reader.next()).toThrow(ProtocolError);
  });
});
