/**
 * Figures for docs/decisions/0011-record-validation.md: `npx tsx test/broker/log/record-validation.measure.ts`.
 * Processor time, the best of alternating rounds in one process.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { COMPRESSIONS } from '../../../src/protocol/compression/compression.ts';
import { BatchBuilder } from '../../../src/protocol/records/batch-builder.ts';
import { openLog } from './open-log-plain.ts';

const ROUNDS = 15;
const BYTES_PER_ROUND = 30e6;

/** Records that compress about as well as JSON does: four to six times. */
function value(bytes: number, id: number): Buffer {
  const text = JSON.stringify({ id, name: `user-${(id * 7919) % 1000}`, score: Math.random() });
  return Buffer.from(text.padEnd(bytes, 'abcdefghij').slice(0, bytes));
}

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'millrace-measure-'));
const config = { segmentBytes: 2 ** 30 };
const logs = [true, false].map((validateRecords) =>
  openLog(`${root}/${validateRecords}`, { ...config, validateRecords }),
);
for (const compression of COMPRESSIONS) {
  for (const [count, bytes] of [
    [1, 100],
    [150, 100],
    [16, 1024],
    [1000, 1000],
  ] as const) {
    if (compression !== 'none' && count < 100) continue;
    const builder = new BatchBuilder();
    for (let i = 0; i < count; i++) builder.append(null, value(bytes, i), Date.now());
    const sent = builder.build({ compression });
    const appends = Math.max(10, Math.floor(BYTES_PER_ROUND / (count * bytes + 5_000)));
    const best = logs.map(() => Number.POSITIVE_INFINITY);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [which, log] of logs.entries()) {
        // The log keeps what it is given.
        const batches = Array.from({ length: appends }, () => Buffer.from(sent));
        const before = process.cpuUsage();
        for (const batch of batches) {
          batch.fill(0, 0, 8);
          log.appendAsLeader(batch, { leaderEpoch: 0 });
        }
        const { user, system } = process.cpuUsage(before);
        best[which] = Math.min(best[which] ?? 0, (user + system) / appends);
        log.setHighWatermark(log.logEndOffset);
        log.truncateFullyAndStartAt(log.logEndOffset);
      }
    }
    const [on = 0, off = 0] = best;
    console.log(
      `${compression.padEnd(7)} ${count} x ${bytes} B (${sent.length} B sent): ` +
        `${off.toFixed(1)} us unlooked at, ${on.toFixed(1)} us looked at, ${(on - off).toFixed(1)} us more`,
    );
  }
}
fs.rmSync(root, { recursive: true });
