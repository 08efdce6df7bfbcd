import { describe, expect, it } from 'vitest';
import {
  decodeTopicPartitionMetadata,
  encodeTopicPartitionMetadata,
} from '../../../src/streams/runtime/topic-partition-metadata.ts';

/** Written out by hand after Kafka Streams' TopicPartitionMetadata and ProcessorMetadata. */
const BYTES = Buffer.concat([
  Buffer.from('02', 'hex'),
  Buffer.from('0000018bcfe56800', 'hex'),
  Buffer.from('00000001', 'hex'),
  Buffer.from('00000006', 'hex'),
  Buffer.from('counts'),
  Buffer.from('0000018bcfe56400', 'hex'),
]);
const METADATA = {
  partitionTime: 0x18bcfe56800,
  processorMetadata: new Map([['counts', 0x18bcfe56400]]),
};

describe('the metadata of committed offsets', () => {
  it("is written as Kafka Streams' version 2", () => {
    expect(encodeTopicPartitionMetadata(METADATA)).toBe(BYTES.toString('base64'));
    expect(encodeTopicPartitionMetadata({ partitionTime: -1, processorMetadata: new Map() })).toBe(
      Buffer.from('02ffffffffffffffff', 'hex').toString('base64'),
    );
  });

  it('is read back, in version 1 too', () => {
    expect(decodeTopicPartitionMetadata(BYTES.toString('base64'))).toEqual(METADATA);
    const first = Buffer.from('010000018bcfe56800', 'hex').toString('base64');
    expect(decodeTopicPartitionMetadata(first)).toEqual({
      partitionTime: METADATA.partitionTime,
      processorMetadata: new Map(),
    });
  });

  it.each([
    ['a text', 'committed by hand'],
    ['a later version', Buffer.from('030000018bcfe56800', 'hex').toString('base64')],
    ['one that was cut short', BYTES.subarray(0, -3).toString('base64')],
    [
      'an impossible length',
      Buffer.from(`${'02'.padEnd(18, '0')}000000017fffffff`, 'hex').toString('base64'),
    ],
  ])('is not taken for %s', (_what, text) => {
    expect(decodeTopicPartitionMetadata(text)).toBeUndefined();
  });

  it('leaves out what a broker would refuse for its length', () => {
    const many = new Map(Array.from({ length: 100 }, (_, i) => [`a-rather-long-name-of-a-store-${i}`, i]));
    const text = encodeTopicPartitionMetadata({ partitionTime: 7, processorMetadata: many });
    expect(decodeTopicPartitionMetadata(text)).toEqual({ partitionTime: 7, processorMetadata: new Map() });
  });
});
