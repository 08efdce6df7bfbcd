import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Log } from '../../../broker/log/log.ts';
import type { Logger } from '../../../src/base/logger.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { batchesOf } from '../../../src/protocol/records/batch-view.ts';
import { makeBatch } from './batches.ts';
import { openLog } from './open-log.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const COUNT = 60;
const EPOCH = { leaderEpoch: 0 };
/** Several segments, several index entries in each, nothing in memory. */
const CONFIG = { segmentBytes: 3_000, indexIntervalBytes: 300 };

interface Damaged {
  readonly root: string;
  /** Where each batch begins in the first segment, by offset. */
  readonly positions: readonly number[];
  readonly first: string;
}

/** A closed log of one record per batch. */
async function closedLog(): Promise<Damaged> {
  const root = temporaryDirectory();
  const log = openLog(root, CONFIG);
  for (let i = 0; i < COUNT; i++) {
    log.appendAsLeader(makeBatch({ valueBytes: 60, timestamp: 1_000 + i }), EPOCH);
  }
  await log.close();
  const first = `${root}/events-0/00000000000000000000`;
  const positions = [...batchesOf(fs.readFileSync(`${first}.log`))].map(({ start }) => start);
  return { root, positions, first };
}

/** Opened after a clean stop; `places` are what it logs of damage. */
function reopen(root: string): { readonly log: Log; readonly places: unknown[] } {
  const places: unknown[] = [];
  const logger: Logger = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (_message, fields) => void places.push([fields?.['file'], fields?.['position']]),
    child: () => logger,
  };
  return { log: openLog(root, CONFIG, { hadCleanShutdown: true, recoveryPoint: COUNT, logger }), places };
}

function readAt(log: Log, offset: number): { readonly errorCode: number; readonly first: number } {
  const result = log.read(offset, { maxBytes: 200, upperBoundOffset: COUNT, minOneBatch: true });
  const [batch] = batchesOf(Buffer.concat(result.chunks));
  return { errorCode: result.errorCode, first: batch?.baseOffset ?? -1 };
}

function overwrite(path: string, at: number, bytes: Buffer): void {
  const content = fs.readFileSync(path);
  bytes.copy(content, at);
  fs.writeFileSync(path, content);
}

const VICTIM = 8;
/** What a header can suffer that lies outside of the checksum, or is needed to find the next batch. */
const HEADERS: readonly (readonly [string, number, Buffer])[] = [
  ['a length that is too large', 8, Buffer.from([0x7f, 0xff, 0xff, 0xff])],
  ['a length that is too small', 8, Buffer.from([0, 0, 0, 1])],
  ['another magic', 16, Buffer.from([1])],
  ['zeros', 0, Buffer.alloc(61)],
  ['an offset beyond the log', 0, Buffer.from([0, 0, 1])],
  ['an offset of another segment', 0, Buffer.from([0, 0, 0, 0, 0, 0, 0, 50])],
  ['an offset that was before', 0, Buffer.from([0, 0, 0, 0, 0, 0, 0, 2])],
  ['a negative delta', 23, Buffer.from([0xff])],
];

describe('damage on the disk', () => {
  it.each(HEADERS)(
    '%s is CORRUPT_MESSAGE, logged once with its place; all else is read',
    async (_what, at, bytes) => {
      const { root, positions, first } = await closedLog();
      overwrite(`${first}.log`, (positions[VICTIM] ?? 0) + at, bytes);
      const { log, places } = reopen(root);
      for (let offset = 0; offset < VICTIM; offset++) {
        expect(readAt(log, offset)).toEqual({ errorCode: ErrorCode.NONE, first: offset });
      }
      for (let i = 0; i < 3; i++) expect(readAt(log, VICTIM).errorCode).toBe(ErrorCode.CORRUPT_MESSAGE);
      expect(places).toHaveLength(1);
      // A consumer goes on where the index leads past the damage, in the same segment.
      let skipped = VICTIM + 1;
      while (readAt(log, skipped).errorCode === ErrorCode.CORRUPT_MESSAGE) skipped++;
      expect(skipped).toBeLessThan(VICTIM + 6);
      for (let offset = skipped; offset < COUNT; offset++) {
        expect(readAt(log, offset)).toEqual({ errorCode: ErrorCode.NONE, first: offset });
      }
      for (const place of places) expect(place).toEqual([`${first}.log`, expect.any(Number)]);
      expect(log.failure).toBeUndefined();
      expect(log.appendAsLeader(makeBatch(), EPOCH).errorCode).toBe(ErrorCode.NONE);
      log.closeHandles();
    },
  );

  it('is told to those who look for a time, too', async () => {
    const { root, positions, first } = await closedLog();
    overwrite(`${first}.log`, (positions[VICTIM] ?? 0) + 16, Buffer.from([1]));
    const { log } = reopen(root);
    expect(log.offsetForTimestamp(1_000 + VICTIM, COUNT)).toBe(ErrorCode.CORRUPT_MESSAGE);
    expect(log.offsetForTimestamp(1_002, COUNT)).toMatchObject({ offset: 2 });
    expect(log.offsetForTimestamp(1_050, COUNT)).toMatchObject({ offset: 50 });
    log.closeHandles();
  });

  it('an index that leads elsewhere is made anew, whatever is wrong with it', async () => {
    const { root, first } = await closedLog();
    const index = fs.readFileSync(`${first}.index`);
    const original = Buffer.from(index);
    expect(index.length).toBeGreaterThan(24);
    const damages: ((content: Buffer) => Buffer)[] = [
      (content) => content.fill(0),
      (content) => content.subarray(0, 9),
      () => Buffer.alloc(0),
      // Positions in the middle of a batch, still ascending.
      (content) => {
        for (let at = 4; at < content.length; at += 8) content.writeInt32BE(content.readInt32BE(at) + 7, at);
        return content;
      },
      // Offsets that are not those of their batches, still ascending.
      (content) => {
        for (let at = 0; at < content.length; at += 8) content.writeInt32BE(content.readInt32BE(at) - 2, at);
        return content;
      },
    ];
    for (const damage of damages) {
      fs.writeFileSync(`${first}.index`, damage(Buffer.from(original)));
      const { log, places } = reopen(root);
      for (let offset = 0; offset < COUNT; offset++) {
        expect(readAt(log, offset)).toEqual({ errorCode: ErrorCode.NONE, first: offset });
      }
      expect(places).toEqual([]);
      log.closeHandles();
    }
  });

  it.each([0x00_02, 0x80_00])(
    'in the offset of a batch (%i << 48) ends the log there after a crash, and is told where it had been written',
    async (high) => {
      const { root, positions, first } = await closedLog();
      const high16 = Buffer.alloc(2);
      high16.writeUInt16BE(high);
      overwrite(`${first}.log`, positions[VICTIM] ?? 0, high16);
      const crash = { hadCleanShutdown: false };
      expect(() => openLog(root, CONFIG, { ...crash, recoveryPoint: VICTIM + 1 })).toThrow(
        `is damaged at byte ${positions[VICTIM]} (offset ${VICTIM})`,
      );
      const log = openLog(root, CONFIG, { ...crash, recoveryPoint: 0 });
      expect(log.logEndOffset).toBe(VICTIM);
      log.closeHandles();
    },
  );
});
