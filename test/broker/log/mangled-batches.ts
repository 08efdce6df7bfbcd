import { crc32c } from '../../../src/base/crc32c.ts';
import {
  compress,
  type Compression,
  idOfCompression,
} from '../../../src/protocol/compression/compression.ts';
import {
  ATTRIBUTES_AT,
  CRC_AT,
  LAST_OFFSET_DELTA_AT,
  LENGTH_AT,
  LOG_OVERHEAD_BYTES,
  RECORDS_AT,
  RECORDS_COUNT_AT,
} from '../../../src/protocol/records/batch-format.ts';
import { BatchBuilder } from '../../../src/protocol/records/batch-builder.ts';

/** Fields of a record as they are written, so that each of them can be a lie. */
interface RawRecord {
  readonly length?: number;
  readonly attributes?: number;
  readonly timestampDelta?: number;
  readonly offsetDelta: number;
  readonly keyLength?: number;
  readonly valueLength?: number;
  readonly value?: string;
  readonly headersCount?: number;
  readonly headers?: Buffer;
}

const KEY = 'key';

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value >= 0 ? value * 2 : -value * 2 - 1;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function rawRecord(record: RawRecord): Buffer {
  const value = record.value ?? 'value';
  const body = Buffer.concat([
    Buffer.from([record.attributes ?? 0]),
    varint(record.timestampDelta ?? 0),
    varint(record.offsetDelta),
    varint(record.keyLength ?? KEY.length),
    Buffer.from(KEY),
    varint(record.valueLength ?? value.length),
    Buffer.from(value),
    varint(record.headersCount ?? 0),
    record.headers ?? Buffer.alloc(0),
  ]);
  return Buffer.concat([varint(record.length ?? body.length), body]);
}

/** A batch with a right header and checksum around `payload`, which says that it holds `count` records. */
function around(payload: Buffer, count: number, compression: Compression, timestamp: number): Buffer {
  const builder = new BatchBuilder();
  for (let i = 0; i < count; i++) builder.append(null, null, timestamp);
  const header = builder.build().subarray(0, RECORDS_AT);
  const batch = Buffer.concat([header, payload]);
  batch.writeInt32BE(batch.length - LOG_OVERHEAD_BYTES, LENGTH_AT);
  batch.writeInt16BE(idOfCompression(compression), ATTRIBUTES_AT);
  batch.writeInt32BE(count - 1, LAST_OFFSET_DELTA_AT);
  batch.writeInt32BE(count, RECORDS_COUNT_AT);
  batch.writeUInt32BE(crc32c(batch, ATTRIBUTES_AT), CRC_AT);
  return batch;
}

/** Records, and the number that the header tells where it is another. */
interface Mangled {
  readonly records: readonly RawRecord[];
  readonly count?: number;
  /** Follows the last record. */
  readonly rest?: Buffer;
  /** Cuts so many bytes from the end of the records. */
  readonly cut?: number;
}

const GOOD: RawRecord = { offsetDelta: 0 };
const NEXT: RawRecord = { offsetDelta: 1 };

/** Records that are not what their batch says. */
export const MANGLED: Readonly<Record<string, Mangled>> = {
  'all as it should be': { records: [GOOD, NEXT] },
  'fewer records than counted': { records: [GOOD], count: 2 },
  'more records than counted': { records: [GOOD, NEXT], count: 1 },
  'bytes after the last record': { records: [GOOD, NEXT], rest: Buffer.from([1, 2, 3]) },
  'a record that is cut short': { records: [GOOD, NEXT], cut: 2 },
  'a record longer than its batch': { records: [GOOD, { offsetDelta: 1, length: 1000 }] },
  'a record shorter than its fields': { records: [GOOD, { offsetDelta: 1, length: 4 }] },
  'a negative length': { records: [GOOD, { offsetDelta: 1, length: -5 }] },
  'a length of 0': { records: [GOOD, { offsetDelta: 1, length: 0 }] },
  'a key longer than its record': { records: [GOOD, { offsetDelta: 1, keyLength: 100 }] },
  'a key of length -2': { records: [GOOD, { offsetDelta: 1, keyLength: -2 }] },
  'a value longer than its record': { records: [GOOD, { offsetDelta: 1, valueLength: 100 }] },
  'a value shorter than what is there': { records: [GOOD, { offsetDelta: 1, valueLength: 3 }] },
  'a negative number of headers': { records: [GOOD, { offsetDelta: 1, headersCount: -1 }] },
  'more headers than there are': { records: [GOOD, { offsetDelta: 1, headersCount: 3 }] },
  'a header without a key': {
    records: [GOOD, { offsetDelta: 1, headersCount: 1, headers: Buffer.from([1, 1]) }],
  },
  'offsets with a gap': { records: [GOOD, { offsetDelta: 5 }] },
  'offsets twice the same': { records: [GOOD, GOOD] },
  'offsets that go down': { records: [NEXT, GOOD] },
  'a negative offset': { records: [{ offsetDelta: -3 }, NEXT] },
  'a time later than the header says': { records: [GOOD, { offsetDelta: 1, timestampDelta: 1000 }] },
  'a time far ahead that the header hides': {
    records: [GOOD, { offsetDelta: 1, timestampDelta: 7_200_000 }],
  },
  'attributes of a record': { records: [GOOD, { offsetDelta: 1, attributes: 3 }] },
  'no bytes at all': { records: [], count: 2 },
};

export function mangledBatch(name: string, compression: Compression, timestamp: number): Buffer {
  const { records, count = records.length, rest, cut = 0 } = MANGLED[name] ?? { records: [] };
  const all = Buffer.concat([...records.map(rawRecord), ...(rest === undefined ? [] : [rest])]);
  const plain = all.subarray(0, all.length - cut);
  return around(compress(compression, plain), count, compression, timestamp);
}

/** A batch whose records are not compressed as it says, or only half. */
export function brokenCompression(
  compression: Compression,
  kind: 'noise' | 'cut' | 'plain',
  timestamp: number,
): Buffer {
  const plain = Buffer.concat([GOOD, NEXT].map((record) => rawRecord({ ...record, value: 'v'.repeat(300) })));
  const packed = compress(compression, plain);
  const payload = {
    noise: Buffer.from('this is nothing that any codec has ever written'),
    cut: packed.subarray(0, Math.floor(packed.length / 2)),
    plain,
  }[kind];
  return around(payload, 2, compression, timestamp);
}
