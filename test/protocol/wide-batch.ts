import { compress, type Compression, idOfCompression } from '../../src/protocol/compression/compression.ts';
import {
  BASE_TIMESTAMP_AT,
  BATCH_HEADER_BYTES,
  MAX_TIMESTAMP_AT,
  RECORDS_AT,
} from '../../src/protocol/records/batch-format.ts';
import { stampCrc, writeBatchHeader } from '../../src/protocol/records/batch-header.ts';

/** Today in nanoseconds, and not a number that a double holds. */
export const NANOSECONDS = 1_795_909_000_000_000_123n;

/** A batch as a foreign producer writes it: times of any 64 bits, which our own builder does not take. */
export function wideBatch(
  times: readonly bigint[],
  options: {
    readonly compression?: Compression;
    readonly maxTimestamp?: bigint;
    readonly producerId?: number;
  } = {},
): Buffer {
  const { compression = 'none', producerId = -1 } = options;
  const isIdempotent = producerId >= 0;
  const base = times[0] ?? 0n;
  const records = Buffer.concat(times.map((time, i) => record(time - base, i)));
  const payload = compress(compression, records);
  const batch = Buffer.alloc(BATCH_HEADER_BYTES + payload.length);
  batch.set(payload, RECORDS_AT);
  writeBatchHeader(batch, {
    baseOffset: 0,
    leaderEpoch: -1,
    attributes: idOfCompression(compression),
    lastOffsetDelta: times.length - 1,
    baseTimestamp: 0,
    maxTimestamp: 0,
    recordsCount: times.length,
    producerId,
    producerEpoch: isIdempotent ? 0 : -1,
    baseSequence: isIdempotent ? 0 : -1,
  });
  batch.writeBigInt64BE(base, BASE_TIMESTAMP_AT);
  batch.writeBigInt64BE(options.maxTimestamp ?? maxOf(times), MAX_TIMESTAMP_AT);
  stampCrc(batch, 0, batch.length);
  return batch;
}

export function maxOf(times: readonly bigint[]): bigint {
  return times.reduce((max, time) => (time > max ? time : max), -1n);
}

function record(delta: bigint, offsetDelta: number): Buffer {
  const value = Buffer.from('v');
  const body = Buffer.concat([
    Buffer.of(0),
    varlong(delta),
    varlong(BigInt(offsetDelta)),
    varlong(-1n),
    varlong(BigInt(value.length)),
    value,
    varlong(0n),
  ]);
  return Buffer.concat([varlong(BigInt(body.length)), body]);
}

/** As Java writes it: the difference of two times may wrap around. */
function varlong(value: bigint): Buffer {
  const wrapped = BigInt.asIntN(64, value);
  let rest = BigInt.asUintN(64, (wrapped << 1n) ^ (wrapped >> 63n));
  const bytes: number[] = [];
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return Buffer.from([...bytes, Number(rest)]);
}
