import {
  legacyOffsetCommitKey,
  legacyOffsetCommitValue,
} from './group-coordinator/00-legacy-offset-commit.ts';
import { offsetCommitKey, offsetCommitValue } from './group-coordinator/01-offset-commit.ts';
import { groupMetadataKey, groupMetadataValue } from './group-coordinator/02-group-metadata.ts';
import {
  consumerGroupMetadataKey,
  consumerGroupMetadataValue,
} from './group-coordinator/03-consumer-group-metadata.ts';
import {
  consumerGroupPartitionMetadataKey,
  consumerGroupPartitionMetadataValue,
} from './group-coordinator/04-consumer-group-partition-metadata.ts';
import {
  consumerGroupMemberMetadataKey,
  consumerGroupMemberMetadataValue,
} from './group-coordinator/05-consumer-group-member-metadata.ts';
import {
  consumerGroupTargetAssignmentMetadataKey,
  consumerGroupTargetAssignmentMetadataValue,
} from './group-coordinator/06-consumer-group-target-assignment-metadata.ts';
import {
  consumerGroupTargetAssignmentMemberKey,
  consumerGroupTargetAssignmentMemberValue,
} from './group-coordinator/07-consumer-group-target-assignment-member.ts';
import {
  consumerGroupCurrentMemberAssignmentKey,
  consumerGroupCurrentMemberAssignmentValue,
} from './group-coordinator/08-consumer-group-current-member-assignment.ts';
import {
  shareGroupMemberMetadataKey,
  shareGroupMemberMetadataValue,
} from './group-coordinator/10-share-group-member-metadata.ts';
import {
  shareGroupMetadataKey,
  shareGroupMetadataValue,
} from './group-coordinator/11-share-group-metadata.ts';
import {
  shareGroupTargetAssignmentMetadataKey,
  shareGroupTargetAssignmentMetadataValue,
} from './group-coordinator/12-share-group-target-assignment-metadata.ts';
import {
  shareGroupTargetAssignmentMemberKey,
  shareGroupTargetAssignmentMemberValue,
} from './group-coordinator/13-share-group-target-assignment-member.ts';
import {
  shareGroupCurrentMemberAssignmentKey,
  shareGroupCurrentMemberAssignmentValue,
} from './group-coordinator/14-share-group-current-member-assignment.ts';
import {
  shareGroupStatePartitionMetadataKey,
  shareGroupStatePartitionMetadataValue,
} from './group-coordinator/15-share-group-state-partition-metadata.ts';
import {
  consumerGroupRegularExpressionKey,
  consumerGroupRegularExpressionValue,
} from './group-coordinator/16-consumer-group-regular-expression.ts';
import {
  streamsGroupMetadataKey,
  streamsGroupMetadataValue,
} from './group-coordinator/17-streams-group-metadata.ts';
import {
  streamsGroupMemberMetadataKey,
  streamsGroupMemberMetadataValue,
} from './group-coordinator/19-streams-group-member-metadata.ts';
import {
  streamsGroupTargetAssignmentMetadataKey,
  streamsGroupTargetAssignmentMetadataValue,
} from './group-coordinator/20-streams-group-target-assignment-metadata.ts';
import {
  streamsGroupTargetAssignmentMemberKey,
  streamsGroupTargetAssignmentMemberValue,
} from './group-coordinator/21-streams-group-target-assignment-member.ts';
import {
  streamsGroupCurrentMemberAssignmentKey,
  streamsGroupCurrentMemberAssignmentValue,
} from './group-coordinator/22-streams-group-current-member-assignment.ts';
import {
  streamsGroupTopologyKey,
  streamsGroupTopologyValue,
} from './group-coordinator/23-streams-group-topology.ts';
import type { KeyedMessage } from '../message.ts';

/** The records of `__consumer_offsets`, by their type, which is the version that a key begins with. */
export const groupCoordinatorRecords = {
  0: { key: legacyOffsetCommitKey, value: legacyOffsetCommitValue },
  1: { key: offsetCommitKey, value: offsetCommitValue },
  2: { key: groupMetadataKey, value: groupMetadataValue },
  3: { key: consumerGroupMetadataKey, value: consumerGroupMetadataValue },
  4: { key: consumerGroupPartitionMetadataKey, value: consumerGroupPartitionMetadataValue },
  5: { key: consumerGroupMemberMetadataKey, value: consumerGroupMemberMetadataValue },
  6: { key: consumerGroupTargetAssignmentMetadataKey, value: consumerGroupTargetAssignmentMetadataValue },
  7: { key: consumerGroupTargetAssignmentMemberKey, value: consumerGroupTargetAssignmentMemberValue },
  8: { key: consumerGroupCurrentMemberAssignmentKey, value: consumerGroupCurrentMemberAssignmentValue },
  10: { key: shareGroupMemberMetadataKey, value: shareGroupMemberMetadataValue },
  11: { key: shareGroupMetadataKey, value: shareGroupMetadataValue },
  12: { key: shareGroupTargetAssignmentMetadataKey, value: shareGroupTargetAssignmentMetadataValue },
  13: { key: shareGroupTargetAssignmentMemberKey, value: shareGroupTargetAssignmentMemberValue },
  14: { key: shareGroupCurrentMemberAssignmentKey, value: shareGroupCurrentMemberAssignmentValue },
  15: { key: shareGroupStatePartitionMetadataKey, value: shareGroupStatePartitionMetadataValue },
  16: { key: consumerGroupRegularExpressionKey, value: consumerGroupRegularExpressionValue },
  17: { key: streamsGroupMetadataKey, value: streamsGroupMetadataValue },
  19: { key: streamsGroupMemberMetadataKey, value: streamsGroupMemberMetadataValue },
  20: { key: streamsGroupTargetAssignmentMetadataKey, value: streamsGroupTargetAssignmentMetadataValue },
  21: { key: streamsGroupTargetAssignmentMemberKey, value: streamsGroupTargetAssignmentMemberValue },
  22: { key: streamsGroupCurrentMemberAssignmentKey, value: streamsGroupCurrentMemberAssignmentValue },
  23: { key: streamsGroupTopologyKey, value: streamsGroupTopologyValue },
} as const satisfies Readonly<Record<number, { readonly key: KeyedMessage; readonly value: KeyedMessage }>>;
