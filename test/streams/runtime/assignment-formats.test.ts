import { describe, expect, it } from 'vitest';
import {
  AssignorError,
  decodeAssignmentInfo,
  encodeAssignmentInfo,
} from '../../../src/streams/runtime/assignment-info.ts';
import {
  decodeSubscriptionInfo,
  encodeSubscriptionInfo,
  LATEST_OFFSET,
  type SubscriptionInfo,
} from '../../../src/streams/runtime/subscription-info.ts';

// What Kafka Streams 4.3.1 itself has encoded, by version.
const SUBSCRIPTIONS: readonly (readonly [number, string])[] = [
  [
    7,
    '000000070000000b0102030405060708090a0b0c0d0e0f1000000009686f73743a3830383000000002000000000000000200000001fffffffffffffffe000000030000000000000011000000010000000100000000000000012a05f200',
  ],
  [
    8,
    '000000080000000b0102030405060708090a0b0c0d0e0f1000000009686f73743a3830383000000002000000000000000200000001fffffffffffffffe000000030000000000000011000000010000000100000000000000012a05f200fd',
  ],
  [
    9,
    '000000090000000b0102030405060708090a0b0c0d0e0f1000000009686f73743a3830383000000002000000000000000200000001fffffffffffffffe000000030000000000000011000000010000000100000000000000012a05f200fd00000004',
  ],
  [
    10,
    '0000000a0000000b0102030405060708090a0b0c0d0e0f1000000009686f73743a38303830000000030000000000000001fffffffffffffffeffff00000000000000030000000000000011ffff0000000100000000000000012a05f200fffffd00000004',
  ],
  [
    11,
    '0000000b0000000b0102030405060708090a0b0c0d0e0f1000000009686f73743a38303830000000030000000000000001fffffffffffffffeffff00000000000000030000000000000011ffff0000000100000000000000012a05f200fffffd0000000400000001000000047a6f6e650000000465752d31',
  ],
];
const ASSIGNMENTS: readonly (readonly [number, string])[] = [
  [
    7,
    '000000070000000b0000000200000000000000000000000000000001000000010000000100000002000000010002696e0000000200000001000000000002696e0000000100036f6e6500001f90000000020000000000000000000000000000000100000001000374776f00001f91000000010000000000000000000000037fffffffffffffff',
  ],
  [
    8,
    '000000080000000b0000000200000000000000000000000000000001000000010000000100000002000000010002696e0000000200000001000000000002696e0000000100036f6e6500001f90000000020000000000000000000000000000000100000001000374776f00001f91000000010000000000000000000000037fffffffffffffff',
  ],
  [
    9,
    '000000090000000b0000000200000000000000000000000000000001000000010000000100000002000000010002696e0000000200000001000000000002696e0000000100036f6e6500001f90000000020000000000000000000000000000000100000001000374776f00001f91000000010000000000000000000000037fffffffffffffff',
  ],
  [
    10,
    '0000000a0000000b0000000200000000000000000000000000000000000000010000000000000001000000010000000200000000000000010002696e0000000200000001000000000002696e0000000100036f6e6500001f90000000020000000000000000000000000000000100000001000374776f00001f91000000010000000000000000000000037fffffffffffffff',
  ],
  [
    11,
    '0000000b0000000b0000000200000000000000000000000000000000000000010000000000000001000000010000000200000000000000010002696e0000000200000001000000000002696e0000000100036f6e6500001f90000000020000000000000000000000000000000100000001000374776f00001f91000000010000000000000000000000030000018bcfe56800',
  ],
];

type AssignmentInfo = NonNullable<ReturnType<typeof decodeAssignmentInfo>>;

const nothing = Buffer.alloc(0);

const subscription = (version: number): SubscriptionInfo => ({
  version,
  latestSupportedVersion: 11,
  processId: Buffer.from('0102030405060708090a0b0c0d0e0f10', 'hex').toString('base64url'),
  userEndPoint: 'host:8080',
  taskOffsetSums: new Map([
    ['0_1', LATEST_OFFSET],
    ['0_3', 17],
    ['1_0', 5_000_000_000],
  ]),
  uniqueField: version >= 8 ? -3 : 0,
  errorCode: version >= 9 ? AssignorError.SHUTDOWN_REQUESTED : AssignorError.NONE,
  clientTags: new Map(version >= 11 ? [['zone', 'eu-1']] : []),
  extension: nothing,
});

const assignment = (version: number): AssignmentInfo => ({
  version,
  commonlySupportedVersion: 11,
  activeTasks: ['0_0', '0_1'],
  standbyTasks: new Map([['1_2', [{ topic: 'in', partition: 2 }]]]),
  partitionsByHost: [
    {
      host: 'one',
      port: 8080,
      partitions: [
        { topic: 'in', partition: 0 },
        { topic: 'in', partition: 1 },
      ],
    },
  ],
  standbyPartitionsByHost: [{ host: 'two', port: 8081, partitions: [{ topic: 'in', partition: 0 }] }],
  errorCode: AssignorError.ASSIGNMENT_ERROR,
  nextRebalanceMs: version === 11 ? 1_700_000_000_000 : undefined,
  extension: nothing,
});

describe('what members of a Kafka Streams group tell each other', () => {
  it.each(SUBSCRIPTIONS)(
    'is written and read as Kafka Streams does: subscription, version %i',
    (version, hex) => {
      expect(encodeSubscriptionInfo(subscription(version)).toString('hex')).toBe(hex);
      expect(decodeSubscriptionInfo(Buffer.from(hex, 'hex'))).toEqual(subscription(version));
    },
  );

  it.each(ASSIGNMENTS)(
    'is written and read as Kafka Streams does: assignment, version %i',
    (version, hex) => {
      expect(encodeAssignmentInfo(assignment(version)).toString('hex')).toBe(hex);
      expect(decodeAssignmentInfo(Buffer.from(hex, 'hex'))).toEqual(assignment(version));
    },
  );

  it('may be followed by what only members of Millrace read', () => {
    const extension = Buffer.from('{"more":1}');
    const told = { ...subscription(11), extension };
    expect(decodeSubscriptionInfo(encodeSubscriptionInfo(told))).toEqual(told);
    const answered = { ...assignment(11), extension };
    expect(decodeAssignmentInfo(encodeAssignmentInfo(answered))).toEqual(answered);
  });

  it('is nothing where it is cut off', () => {
    const own = encodeSubscriptionInfo(subscription(11));
    for (let length = 0; length < own.length; length++)
      expect(decodeSubscriptionInfo(own.subarray(0, length))).toBeUndefined();
    const answer = encodeAssignmentInfo(assignment(11));
    for (let length = 0; length < answer.length; length++)
      expect(decodeAssignmentInfo(answer.subarray(0, length))).toBeUndefined();
  });

  it('names the newest version of a member of the future, and nothing of one of the past', () => {
    const of = (version: number): Buffer => {
      const bytes = Buffer.alloc(60, 0x7f);
      bytes.writeInt32BE(version);
      bytes.writeInt32BE(version + 3, 4);
      return bytes;
    };
    expect(decodeSubscriptionInfo(of(12))).toMatchObject({ version: 12, latestSupportedVersion: 15 });
    expect(decodeSubscriptionInfo(of(6))).toBeUndefined();
    expect(decodeAssignmentInfo(of(12))).toBeUndefined();
    expect(decodeAssignmentInfo(of(6))).toBeUndefined();
  });
});
