import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../src/base/crc32c.ts';
import { COMPRESSIONS } from '../../../src/protocol/compression/compression.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { ATTRIBUTES_AT, CRC_AT, RECORDS_AT } from '../../../src/protocol/records/batch-format.ts';
import { batchesOf } from '../../../src/protocol/records/batch-view.ts';
import { decodeBatch } from '../../../src/protocol/records/decode-batch.ts';
import type { Log } from '../../../broker/log/log.ts';
import { task } from '../../../broker/log/inspection-task.ts';
import { inspectRecords, type RecordRules } from '../../../broker/log/record-validation.ts';
import { makeBatch } from './batches.ts';
import { brokenCompression, MANGLED, mangledBatch } from './mangled-batches.ts';
import { openLog, READ_ALL } from './open-log.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const EPOCH = { leaderEpoch: 0 };
/** What Kafka takes, too, and a consumer can read. */
const SOUND = new Set(['all as it should be', 'a time later than the header says', 'attributes of a record']);

function readBack(log: Log) {
  return batchesOf(Buffer.concat(log.read(0, READ_ALL).chunks));
}

describe.each([...COMPRESSIONS])('records compressed with %s', (codec) => {
  it.each(Object.keys(MANGLED))('%s', (name) => {
    const log = openLog(temporaryDirectory());
    const nowMs = Date.now();
    const result = log.appendAsLeader(mangledBatch(name, codec, nowMs), EPOCH);
    if (SOUND.has(name)) {
      expect(result.errorCode).toBe(ErrorCode.NONE);
      const [batch] = readBack(log);
      expect(batch?.isValid()).toBe(true);
      const records = batch === undefined ? [] : decodeBatch(batch);
      expect(records.map(({ offset }) => offset)).toEqual([0, 1]);
      expect(batch?.maxTimestamp).toBe(Math.max(...records.map(({ timestamp }) => timestamp)));
      return;
    }
    const isTime = name === 'a time far ahead that the header hides';
    expect(result).toMatchObject({
      errorCode: isTime ? ErrorCode.INVALID_TIMESTAMP : ErrorCode.INVALID_RECORD,
      badRecords: isTime ? [{ batchIndex: 1 }] : [],
    });
    expect(log.logEndOffset).toBe(0);
  });

  it.skipIf(codec === 'none').each(['noise', 'cut', 'plain'] as const)('bytes of no codec: %s', (kind) => {
    const log = openLog(temporaryDirectory());
    const result = log.appendAsLeader(brokenCompression(codec, kind, Date.now()), EPOCH);
    expect(result).toMatchObject({ errorCode: ErrorCode.INVALID_RECORD, baseOffset: -1 });
  });

  it('any bytes that are appended can be read', () => {
    const log = openLog(temporaryDirectory());
    const sound = makeBatch({ records: 5, valueBytes: 40, compression: codec, timestamp: Date.now() });
    const flips = fc.array(
      fc.record({
        at: fc.integer({ min: RECORDS_AT, max: sound.length - 1 }),
        bits: fc.integer({ min: 1, max: 255 }),
      }),
      { minLength: 1, maxLength: 3 },
    );
    fc.assert(
      fc.property(flips, (changes) => {
        const batch = Buffer.from(sound);
        for (const { at, bits } of changes) batch[at] = (batch[at] ?? 0) ^ bits;
        batch.writeUInt32BE(crc32c(batch, ATTRIBUTES_AT), CRC_AT);
        const { errorCode, baseOffset } = log.appendAsLeader(batch, EPOCH);
        if (errorCode !== ErrorCode.NONE) return;
        const [stored] = batchesOf(Buffer.concat(log.read(baseOffset, READ_ALL).chunks));
        const records = stored === undefined ? [] : decodeBatch(stored);
        expect(records.map(({ offset }) => offset - baseOffset)).toEqual([0, 1, 2, 3, 4]);
      }),
      { numRuns: 500 },
    );
  });
});

it('a batch of a producer that is trusted is looked at no further than its header', () => {
  const log = openLog(temporaryDirectory(), { validateRecords: false });
  const records = brokenCompression('gzip', 'noise', Date.now());
  expect(log.appendAsLeader(records, EPOCH).errorCode).toBe(ErrorCode.NONE);
});

it('a batch that would become larger than the limit is MESSAGE_TOO_LARGE, and the setting is named', () => {
  const records = makeBatch({ records: 1, valueBytes: 70_000, compression: 'gzip', timestamp: Date.now() });
  const log = openLog(temporaryDirectory(), { decompressedBytesMax: 64 * 1024 });
  expect(log.appendAsLeader(Buffer.from(records), EPOCH)).toMatchObject({
    errorCode: ErrorCode.MESSAGE_TOO_LARGE,
    errorMessage:
      'gzip decompresses to more than the 65536 bytes allowed by millrace.decompressed.batch.max.bytes',
  });
  const roomy = openLog(temporaryDirectory(), { decompressedBytesMax: 80_000 });
  expect(roomy.appendAsLeader(records, EPOCH).errorCode).toBe(ErrorCode.NONE);
});

describe.each([...COMPRESSIONS])('in pieces, records compressed with %s', (codec) => {
  const rules: RecordRules = {
    partition: 'a-0',
    keyRequired: true,
    timestampMin: 0,
    timestampMax: Date.now() + 3_600_000,
    decompressedBytesMax: 1024 * 1024,
    target: null,
    recompressedBytesMax: 1024 * 1024,
  };

  it('get the same answer as those that are looked at together', async () => {
    const nowMs = Date.now();
    const broken = ['noise', 'cut', 'plain'] as const;
    const batches = [
      ...Object.keys(MANGLED).map((name) => mangledBatch(name, codec, nowMs)),
      ...(codec === 'none' ? [] : broken.map((kind) => brokenCompression(codec, kind, nowMs))),
      makeBatch({ records: 3_000, valueBytes: 90, compression: codec, timestamp: nowMs, key: null }),
    ];
    for (const batch of batches) {
      const whole = inspectRecords(batch, rules);
      const pieces = await task.run({ batch, rules });
      expect(pieces.refusal?.errorCode).toBe(whole.refusal?.errorCode);
      expect(pieces.refusal?.badRecords).toEqual(whole.refusal?.badRecords);
      if (whole.refusal === undefined) expect(pieces).toEqual(whole);
    }
  });

  it.skipIf(codec === 'none')('of a bomb are refused before it has gone off', async () => {
    const batch = makeBatch({
      records: 1,
      valueBytes: 2 * 1024 * 1024,
      compression: codec,
      timestamp: Date.now(),
    });
    const { refusal } = await task.run({ batch, rules });
    expect(refusal?.errorCode).toBe(ErrorCode.MESSAGE_TOO_LARGE);
    expect(refusal?.message).toContain('millrace.decompressed.batch.max.bytes');
  });
});
