/**
 * Figures for docs/decisions/0002-append-and-fetch-path.md: `npx tsx test/broker/log/append-path.measure.ts`.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { UNLIMITED } from '../../../broker/log/log-config.ts';
import { crc32c } from '../../../src/base/crc32c.ts';
import { makeBatch } from './batches.ts';
import { openLog } from './open-log-plain.ts';

const ROUNDS = 5;

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Microseconds per call, the median of a few rounds. */
function measure(count: number, round: () => void): number {
  const times: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    round();
    times.push(((performance.now() - start) * 1_000) / count);
  }
  return median(times);
}

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'millrace-measure-'));
const file = fs.openSync(`${root}/plain`, 'w+');
for (const bytes of [200, 1_024, 16_384, 131_072]) {
  const count = Math.min(20_000, Math.floor(100e6 / bytes));
  const chunk = Buffer.alloc(bytes, 7);
  const each = measure(count, () => {
    for (let i = 0; i < count; i++) fs.writeSync(file, chunk, 0, bytes, i * bytes);
  });
  const together = [2, 5, 20].map((perTurn) =>
    measure(count, () => {
      for (let i = 0; i < count; i += perTurn) {
        fs.writevSync(
          file,
          Array.from({ length: perTurn }, () => chunk),
          i * bytes,
        );
      }
    }),
  );
  const crc = measure(count, () => {
    for (let i = 0; i < count; i++) crc32c(chunk);
  });
  const log = openLog(root, { messageTimestampAfterMaxMs: UNLIMITED });
  const batches = Array.from({ length: count }, () => makeBatch({ valueBytes: Math.max(0, bytes - 75) }));
  const start = performance.now();
  for (const batch of batches) log.appendAsLeader(batch, { leaderEpoch: 0 });
  const append = ((performance.now() - start) * 1_000) / count;
  const read = (from: number, maxBytes: number): number => {
    let total = 0;
    const began = performance.now();
    for (let offset = from; offset < log.logEndOffset; ) {
      const result = log.read(offset, { maxBytes, upperBoundOffset: log.logEndOffset, minOneBatch: true });
      total += result.sizeInBytes;
      offset = result.nextOffset;
    }
    return total / 1_000 / (performance.now() - began);
  };
  const disk = read(log.logStartOffset, 1024 * 1024);
  const tailFrom = Math.max(0, log.logEndOffset - Math.floor(3e6 / (bytes + 256)));
  const memory = median([1, 2, 3].map(() => read(tailFrom, 1024 * 1024)));
  console.log(
    `${bytes} B: write ${each.toFixed(2)} us; writev of 2/5/20 ${together.map((us) => us.toFixed(2)).join('/')}; ` +
      `crc ${crc.toFixed(2)}; Log.append ${append.toFixed(2)} us; read disk ${disk.toFixed(0)} MB/s, memory ${memory.toFixed(0)} MB/s`,
  );
  log.truncateFullyAndStartAt(0);
  log.closeHandles();
}
fs.rmSync(root, { recursive: true });
