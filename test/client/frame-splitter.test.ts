import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameSplitter } from '../../src/client/connection/frame-splitter.ts';

describe('FrameSplitter', () => {
  it('finds the same frames however the stream is cut into chunks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 4, maxLength: 300 }), { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        (frames, cuts) => {
          const stream = Buffer.concat(
            frames.flatMap((frame) => {
              const size = Buffer.alloc(4);
              size.writeInt32BE(frame.length);
              return [size, frame];
            }),
          );
          const found: Buffer[] = [];
          const splitter = new FrameSplitter((frame) => found.push(frame));
          let at = 0;
          for (let i = 0; at < stream.length; i++) {
            const end = at + (cuts[i % cuts.length] ?? 1);
            splitter.push(stream.subarray(at, end));
            at = end;
          }
          expect(found.map((frame) => frame.toString('hex'))).toEqual(
            frames.map((frame) => Buffer.from(frame).toString('hex')),
          );
        },
      ),
    );
  });

  it('refuses what is not a broker before it allocates', () => {
    const splitter = new FrameSplitter(() => {});
    expect(() => splitter.push(Buffer.from('HTTP/1.1 400 Bad Request\r\n'))).toThrow(
      'the other side does not speak the Kafka protocol: its answer begins with "HTTP"',
    );
    expect(() => new FrameSplitter(() => {}).push(Buffer.from([0xff, 0xff, 0xff, 0xff]))).toThrow(
      'Kafka protocol',
    );
  });
});
