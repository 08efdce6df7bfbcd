import { BatchBuilder, type BatchHeader } from '../../../../src/protocol/records/batch-builder.ts';

/** A record of a compacted topic; a value of null deletes the key. */
export interface KeyedRecord {
  readonly key: string | null;
  readonly value: string | null;
  readonly timestamp?: number;
}

/** A batch as a producer sends it, or with `header` as a broker has stored it. */
export function keyedBatch(
  records: readonly KeyedRecord[],
  header: BatchHeader & { readonly timestamp?: number } = {},
): Buffer {
  const { timestamp = 1_000, ...rest } = header;
  const builder = new BatchBuilder();
  for (const { key, value, timestamp: own = timestamp } of records) {
    builder.append(key === null ? null : Buffer.from(key), value === null ? null : Buffer.from(value), own, [
      { key: 'h', value: Buffer.from('1') },
    ]);
  }
  return builder.build(rest);
}
