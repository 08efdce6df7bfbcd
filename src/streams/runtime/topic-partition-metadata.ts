import { readInt64, writeInt64 } from '../../base/int64.ts';

/** The version that is written. Version 1, of Kafka Streams up to 3.2, ends after the partition time. */
const VERSION = 2;
/** What a broker takes by default: `offset.metadata.max.bytes`. */
const BYTES_MAX = 4096;

/** What a task commits with the offset of a partition. */
interface TopicPartitionMetadata {
  /** The highest time of the partition's processed records, -1 if none had one. */
  readonly partitionTime: number;
  /** See {@link ProcessorMetadata}. */
  readonly processorMetadata: ReadonlyMap<string, number>;
}

/**
 * The metadata string of a committed offset, as Kafka Streams (its class of the same name) writes and reads it: in
 * base64 the version, the partition time in 8 bytes and, if there are any, the number of entries in 4 bytes, each with
 * the length of its key in 4 bytes, the key and a value of 8 bytes.
 *
 * A broker refuses a commit whose metadata is too long. Then the processors' part stays out: windows of a topology with
 * so many of them may be emitted again after a restart, as before there was this metadata.
 */
export function encodeTopicPartitionMetadata(metadata: TopicPartitionMetadata): string {
  const { partitionTime, processorMetadata } = metadata;
  const head = Buffer.allocUnsafe(9);
  head.writeInt8(VERSION, 0);
  writeInt64(head, 1, partitionTime);
  const whole = Buffer.concat([head, ...entriesOf(processorMetadata)]).toString('base64');
  return whole.length <= BYTES_MAX ? whole : head.toString('base64');
}

/** Undefined for what nobody who writes this format has written; an offset committed by hand has an empty string. */
export function decodeTopicPartitionMetadata(text: string): TopicPartitionMetadata | undefined {
  const bytes = Buffer.from(text, 'base64');
  const version = bytes.length < 9 ? 0 : bytes.readInt8(0);
  if (version !== 1 && version !== VERSION) return undefined;
  const processorMetadata = new Map<string, number>();
  const metadata = { partitionTime: readInt64(bytes, 1), processorMetadata };
  if (version === 1 || bytes.length === 9) return metadata;
  try {
    let at = 13;
    for (let left = bytes.readInt32BE(9); left > 0; left--) {
      const end = at + 4 + bytes.readInt32BE(at);
      processorMetadata.set(bytes.toString('utf8', at + 4, end), readInt64(bytes, end));
      at = end + 8;
    }
    return metadata;
  } catch (error) {
    // Cut short, which reads beyond the end.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function entriesOf(processorMetadata: ReadonlyMap<string, number>): readonly Buffer[] {
  if (processorMetadata.size === 0) return [];
  const count = Buffer.allocUnsafe(4);
  count.writeInt32BE(processorMetadata.size);
  const entries = [...processorMetadata].map(([key, value]) => {
    const length = Buffer.byteLength(key);
    const entry = Buffer.allocUnsafe(length + 12);
    entry.writeInt32BE(length, 0);
    entry.write(key, 4);
    writeInt64(entry, 4 + length, value);
    return entry;
  });
  return [count, ...entries];
}
