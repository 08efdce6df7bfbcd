import { BytesReader } from '../../../src/base/bytes-reader.ts';
import { decodeStruct, decodeVersioned, encodeVersioned } from '../../../src/protocol/codec.ts';
import type { MessageOf } from '../../../src/protocol/message.ts';
import {
  legacyOffsetCommitKey,
  legacyOffsetCommitValue,
} from '../../../src/protocol/records-schemas/group-coordinator/00-legacy-offset-commit.ts';
import {
  offsetCommitKey,
  offsetCommitValue,
} from '../../../src/protocol/records-schemas/group-coordinator/01-offset-commit.ts';
import {
  groupMetadataKey,
  groupMetadataValue,
} from '../../../src/protocol/records-schemas/group-coordinator/02-group-metadata.ts';
import type { ClassicGroup } from './classic-group.ts';
import type { TopicPartition } from '../../../src/protocol/topic-partition.ts';
import type { CommittedOffset } from './committed-offsets.ts';
import { type CoordinatorRecord, recordKey } from '../coordinator-log.ts';

/**
 * The records of `__consumer_offsets` that classic groups and offsets make. A key begins with two bytes that say what it
 * is the key of, a value with two bytes of its version. Versions are those that Kafka 4.x writes.
 */
const GROUP_VALUE_VERSION = 3;
const OFFSET_VALUE_VERSION = 3;
/** The only version that carries a retention which the client chose. */
const OFFSET_VALUE_VERSION_WITH_EXPIRY = 1;

/** The state of a group; `assignments` by member id, where they are not the members' own yet. */
export function groupRecord(
  group: ClassicGroup,
  assignments?: ReadonlyMap<string, Buffer>,
): CoordinatorRecord {
  const value = encodeVersioned(groupMetadataValue, GROUP_VALUE_VERSION, {
    protocolType: group.protocolType ?? '',
    generation: group.generationId,
    protocol: group.protocolName,
    leader: group.leaderId,
    currentStateTimestamp: group.stateTimestampMs ?? -1,
    members: [...group.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeout: member.rebalanceTimeoutMs,
      sessionTimeout: member.sessionTimeoutMs,
      subscription: member.metadata(group.protocolName),
      assignment:
        assignments === undefined ? member.assignment : (assignments.get(member.memberId) ?? NO_BYTES),
    })),
  });
  return { key: recordKey(groupMetadataKey, { group: group.groupId }), value };
}

const NO_BYTES = Buffer.alloc(0);

/** Removes a group. */
export function groupTombstone(groupId: string): CoordinatorRecord {
  return { key: recordKey(groupMetadataKey, { group: groupId }), value: null };
}

export function offsetRecord(
  groupId: string,
  { topic, partition }: TopicPartition,
  committed: Omit<CommittedOffset, 'recordOffset'>,
): CoordinatorRecord {
  const hasExpiry = committed.expireTimestampMs !== undefined;
  const value = encodeVersioned(
    offsetCommitValue,
    hasExpiry ? OFFSET_VALUE_VERSION_WITH_EXPIRY : OFFSET_VALUE_VERSION,
    {
      offset: committed.offset,
      leaderEpoch: committed.leaderEpoch,
      metadata: committed.metadata,
      commitTimestamp: committed.commitTimestampMs,
      ...(hasExpiry ? { expireTimestamp: committed.expireTimestampMs } : {}),
    },
  );
  return { key: recordKey(offsetCommitKey, { group: groupId, topic, partition }), value };
}

/** Removes a committed offset. */
export function offsetTombstone(groupId: string, { topic, partition }: TopicPartition): CoordinatorRecord {
  return { key: recordKey(offsetCommitKey, { group: groupId, topic, partition }), value: null };
}

/** A record of the log, understood. */
export type GroupLogEntry =
  | {
      readonly kind: 'group';
      readonly groupId: string;
      readonly value: MessageOf<typeof groupMetadataValue> | null;
    }
  | {
      readonly kind: 'offset';
      readonly groupId: string;
      readonly topic: string;
      readonly partition: number;
      readonly committed: Omit<CommittedOffset, 'recordOffset'> | null;
    };

/**
 * Reads a record of the log.
 * @returns undefined for the keys of other kinds of groups, which are kept for those who know them.
 * @throws {ProtocolError} for bytes that are not what their key says.
 */
export function parseGroupRecord(key: Buffer, value: Buffer | null): GroupLogEntry | undefined {
  const type = new BytesReader(key).int16();
  const body = key.subarray(2);
  switch (type) {
    case legacyOffsetCommitKey.key: {
      const { group, topic, partition } = decodeStruct(legacyOffsetCommitKey, 0, body);
      const legacy = value === null ? null : decodeLegacy(value);
      return { kind: 'offset', groupId: group, topic, partition, committed: legacy };
    }
    case offsetCommitKey.key: {
      const { group, topic, partition } = decodeStruct(offsetCommitKey, 0, body);
      return {
        kind: 'offset',
        groupId: group,
        topic,
        partition,
        committed: value === null ? null : decodeOffset(value),
      };
    }
    case groupMetadataKey.key: {
      const { group } = decodeStruct(groupMetadataKey, 0, body);
      return {
        kind: 'group',
        groupId: group,
        value: value === null ? null : decodeVersioned(groupMetadataValue, value),
      };
    }
    default:
      return undefined;
  }
}

function decodeOffset(value: Buffer): Omit<CommittedOffset, 'recordOffset'> {
  const decoded = decodeVersioned(offsetCommitValue, value);
  return {
    offset: decoded.offset,
    leaderEpoch: decoded.leaderEpoch,
    metadata: decoded.metadata,
    commitTimestampMs: decoded.commitTimestamp,
    expireTimestampMs: decoded.expireTimestamp === -1 ? undefined : decoded.expireTimestamp,
  };
}

/** Under the oldest key, brokers wrote values of version 0, and those of later versions where they knew them. */
function decodeLegacy(value: Buffer): Omit<CommittedOffset, 'recordOffset'> {
  if (new BytesReader(value).int16() > legacyOffsetCommitValue.versions.max) return decodeOffset(value);
  const { offset, metadata, commitTimestamp } = decodeVersioned(legacyOffsetCommitValue, value);
  return {
    offset,
    leaderEpoch: -1,
    metadata,
    commitTimestampMs: commitTimestamp,
    expireTimestampMs: undefined,
  };
}
