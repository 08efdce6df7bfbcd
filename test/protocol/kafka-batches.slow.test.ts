import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMPRESSIONS, type Compression } from '../../src/protocol/compression/compression.ts';
import { BatchBuilder } from '../../src/protocol/records/batch-builder.ts';
import { BatchView } from '../../src/protocol/records/batch-view.ts';
import { decodeBatch } from '../../src/protocol/records/decode-batch.ts';
import type { Record } from '../../src/protocol/records/record.ts';
import { kafkaClassOutput, whyNoKafka } from '../compat/apache-kafka.ts';

/** Records of all sizes, so that every codec has several blocks to write. */
function build(compression: Compression, count: number): Buffer {
  const builder = new BatchBuilder();
  for (let i = 0; i < count; i++) {
    const key = i % 7 === 0 ? null : Buffer.from(`key-${i}`);
    const value = i % 11 === 0 ? null : Buffer.from(`value-${i} `.repeat(1 + (i % 50)));
    const headers =
      i % 5 === 0 ? [{ key: 'h', value: i % 10 === 0 ? null : Buffer.from([i & 0xff]) }] : undefined;
    builder.append(key, value, 1_700_000_000_000 + i * 7 - (i % 3) * 1_000, headers);
  }
  return builder.build({ compression, baseOffset: 1_000 });
}

function hex(bytes: Buffer | null): string {
  return bytes === null ? 'null' : bytes.toString('hex');
}

/** The records as KafkaBatches.java prints them. */
function print(records: readonly Record[]): string {
  return records
    .map(({ offset, timestamp, key, value, headers }) => {
      const fields = [String(offset), String(timestamp), hex(key), hex(value)];
      return `${[...fields, ...headers.map((header) => `${header.key}=${hex(header.value)}`)].join(',')};`;
    })
    .join('');
}

describe.skipIf(whyNoKafka !== undefined)("Kafka's own record classes", () => {
  it('read our batches, and we read theirs, in every compression', () => {
    const cases = COMPRESSIONS.flatMap((compression) =>
      [1, 10, 3_000].map((count) => ({ compression, bytes: build(compression, count) })),
    );
    const source = path.join(import.meta.dirname, 'KafkaBatches.java');
    const input = cases.map(({ compression, bytes }) => `${compression} ${bytes.toString('hex')}`).join('\n');
    const answers = kafkaClassOutput(source, [], input).trimEnd().split('\n');
    expect(answers).toHaveLength(cases.length * 2);
    cases.forEach(({ compression, bytes }, i) => {
      const ours = print(decodeBatch(new BatchView(bytes)));
      expect(answers[2 * i] === ours, `Kafka reads our ${compression}`).toBe(true);
      const theirs = new BatchView(Buffer.from(answers[2 * i + 1] ?? '', 'hex'));
      expect(theirs.isValid()).toBe(true);
      expect(theirs.compression).toBe(compression);
      expect(print(decodeBatch(theirs)) === ours, `we read Kafka's ${compression}`).toBe(true);
    });
  });
});
