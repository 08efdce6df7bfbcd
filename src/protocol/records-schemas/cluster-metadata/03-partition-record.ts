import { keyedMessage } from '../../message.ts';
import { array, int32, int8, struct, uuid } from '../../schema.ts';

/** PartitionRecord (type 3) of `__cluster_metadata`: a partition: its replicas, leader and in-sync replicas. */
export const partitionRecord = keyedMessage({
  key: 3,
  name: 'PartitionRecord',
  versions: '0-2',
  flexible: '0+',
  fields: struct({
    partitionId: int32({ default: -1 }),
    topicId: uuid(),
    replicas: array(int32()),
    isr: array(int32()),
    removingReplicas: array(int32()),
    addingReplicas: array(int32()),
    leader: int32({ default: -1 }),
    leaderRecoveryState: int8({ tag: 0 }),
    leaderEpoch: int32({ default: -1 }),
    partitionEpoch: int32({ default: -1 }),
    directories: array(uuid(), { versions: '1+' }),
    eligibleLeaderReplicas: array(int32(), { versions: '2+', nullable: '2+', tag: 1, default: null }),
    lastKnownElr: array(int32(), { versions: '2+', nullable: '2+', tag: 2, default: null }),
  }),
});
