/**
 * Figures for docs/decisions/0017-compression-by-the-broker.md: `npx tsx test/broker/log/recompression.measure.ts`.
 * Processor time, the best of some rounds.
 */
import { isInspectedAhead } from '../../../broker/log/inspect-batch.ts';
import { DEFAULT_LOG_CONFIG } from '../../../broker/log/log-config.ts';
import { recompress } from '../../../broker/log/recompression.ts';
import type { Compression } from '../../../src/protocol/compression/compression.ts';
import { BatchBuilder } from '../../../src/protocol/records/batch-builder.ts';
import { BatchView } from '../../../src/protocol/records/batch-view.ts';
import { RecordIterator } from '../../../src/protocol/records/decode-batch.ts';

const ROUNDS = 9;
const TARGETS: readonly (readonly [Compression, number | undefined])[] = [
  ['none', undefined],
  ['snappy', undefined],
  ['lz4', 9],
  ['lz4', 4],
  ['lz4', 17],
  ['gzip', 1],
  ['gzip', -1],
  ['gzip', 9],
  ['zstd', 3],
  ['zstd', 9],
  ['zstd', 19],
];

/** Microseconds of a call, the best of the rounds. */
function bestOf(calls: number, run: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    for (let i = 0; i < calls; i++) run();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / calls);
  }
  return best;
}

/** Records that compress about as well as JSON does: four to six times. */
function batchOfBytes(bytes: number): Buffer {
  const builder = new BatchBuilder();
  for (let id = 0; builder.sizeInBytes < bytes; id++) {
    const text = JSON.stringify({ id, name: `user-${(id * 7919) % 1000}`, score: Math.random() });
    builder.append(null, Buffer.from(text.padEnd(150, 'abcdefghij')), Date.now());
  }
  return builder.build();
}

for (const bytes of [16 * 1024, 64 * 1024, 1024 * 1024]) {
  const batch = batchOfBytes(bytes);
  for (const [codec, level] of TARGETS) {
    const run = (): void => {
      const { bytes: records } = new RecordIterator(new BatchView(batch));
      recompress(batch, records, { codec, level });
    };
    const us = bestOf(Math.max(1, Math.floor(2e6 / bytes)), run);
    console.log(`${bytes} bytes to ${codec}${level === undefined ? '' : ` ${level}`}: ${us.toFixed(0)} us`);
  }
}

/** What a produce request asks per batch where batches stay as they come. */
const batch = batchOfBytes(1024);
const partitions = new Map([['topic', new Map([[0, { config: { log: DEFAULT_LOG_CONFIG } }]])]]);
let seen = 0;
const ns =
  1000 *
  bestOf(2_000_000, () => {
    const partition = partitions.get('topic')?.get(0);
    if (partition !== undefined && isInspectedAhead(batch, partition.config.log)) seen++;
  });
const alone =
  1000 *
  bestOf(2_000_000, () => {
    if (isInspectedAhead(batch, DEFAULT_LOG_CONFIG)) seen++;
  });
console.log(
  `per batch with compression.type=producer: ${ns.toFixed(0)} ns with the partition looked up, ` +
    `${alone.toFixed(0)} ns without (${seen})`,
);
