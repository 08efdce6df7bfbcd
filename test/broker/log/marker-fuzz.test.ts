import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../src/base/crc32c.ts';
import { ATTRIBUTES_AT, CRC_AT } from '../../../src/protocol/records/batch-format.ts';
import { appendVerified, makeBatch, makeMarker } from './batches.ts';
import { openLog, READ_ALL, readAll } from './open-log.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const EPOCH_MAX = 32_767;
const BY_COORDINATOR = { leaderEpoch: 0, origin: 'coordinator' as const };

/** A marker with some of its bytes changed; a checksum that is right says that a coordinator has written it so. */
const change = fc.record({
  at: fc.nat({ max: 77 }),
  value: fc.nat({ max: 255 }),
  mendsChecksum: fc.boolean(),
  cut: fc.option(fc.nat({ max: 80 }), { nil: undefined }),
});

const marker = fc.record({
  producerId: fc.integer({ min: 1, max: 4 }),
  producerEpoch: fc.constantFrom(0, 1, EPOCH_MAX - 1, EPOCH_MAX, -1),
  isAbort: fc.boolean(),
  coordinatorEpoch: fc.constantFrom(0, 1, -1, 2 ** 31 - 1),
  transactionVersion: fc.constantFrom(0, 1, 2),
  change: fc.option(change, { nil: undefined }),
});

describe('markers of any kind', () => {
  it('are appended whole or not at all, and leave a log that a restart and a follower read the same', () => {
    fc.assert(
      fc.property(fc.array(marker, { minLength: 1, maxLength: 25 }), (markers) => {
        const root = temporaryDirectory();
        const log = openLog(root, { segmentBytes: 600 });
        const follower = openLog(temporaryDirectory());
        for (const each of markers) {
          const { producerId } = each;
          const entry = [...log.activeProducers].find((known) => known.producerId === producerId);
          const producerEpoch = Math.max(0, entry?.producerEpoch ?? 0);
          const baseSequence = ((entry?.lastSequence ?? -1) + 1) % 2 ** 31;
          const batch = makeBatch({ producerId, producerEpoch, baseSequence, isTransactional: true });
          expect(appendVerified(log, batch).errorCode).toBe(0);
          const end = log.logEndOffset;
          const result = log.appendAsLeader(changed(makeMarker(each), each.change), {
            ...BY_COORDINATOR,
            transactionVersion: each.transactionVersion,
          });
          expect(log.logEndOffset).toBe(result.errorCode === 0 ? result.lastOffset + 1 : end);
          log.setHighWatermark(log.logEndOffset);
          expect(log.lastStableOffset).toBeLessThanOrEqual(log.highWatermark);
        }
        while (follower.logEndOffset < log.logEndOffset) {
          const { chunks } = log.read(follower.logEndOffset, READ_ALL);
          expect(follower.appendAsFollower(Buffer.concat(chunks)).errorCode).toBe(0);
        }
        follower.setHighWatermark(log.highWatermark);
        const state = stateOf(log);
        expect(stateOf(follower)).toEqual(state);
        log.closeHandles();
        follower.closeHandles();
        const again = openLog(root, {}, { highWatermark: log.highWatermark });
        expect(stateOf(again)).toEqual(state);
        expect(readAll(again).at(-1)?.lastOffset).toBe(log.logEndOffset - 1);
        again.closeHandles();
      }),
      { numRuns: 60 },
    );
  });
});

function stateOf(log: ReturnType<typeof openLog>): unknown {
  const producers = Array.from(
    log.activeProducers,
    ({ producerId, producerEpoch, coordinatorEpoch, ...rest }) => [
      producerId,
      producerEpoch,
      coordinatorEpoch,
      rest.currentTxnFirstOffset,
      rest.lastTimestamp,
    ],
  ).toSorted((a, b) => Number(a[0]) - Number(b[0]));
  return {
    producers,
    lastStableOffset: log.lastStableOffset,
    aborted: log.abortedTransactions(0, log.lastStableOffset),
  };
}

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function changed(batch: Buffer, how: Change | undefined): Buffer {
  if (how === undefined) return batch;
  const { at, value, mendsChecksum, cut } = how;
  batch[at % batch.length] = value;
  if (mendsChecksum) batch.writeUInt32BE(crc32c(batch, ATTRIBUTES_AT, batch.length), CRC_AT);
  return cut === undefined ? batch : batch.subarray(0, cut);
}
