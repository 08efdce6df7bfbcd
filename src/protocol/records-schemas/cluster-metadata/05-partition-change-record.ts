import { keyedMessage } from '../../message.ts';
import { array, int32, int8, struct, uuid } from '../../schema.ts';

/** PartitionChangeRecord (type 5) of `__cluster_metadata`: what changed of a partition; what is absent stayed. */
export const partitionChangeRecord = keyedMessage({
  key: 5,
  name: 'PartitionChangeRecord',
  versions: '0-2',
  flexible: '0+',
  fields: struct({
    partitionId: int32({ default: -1 }),
    topicId: uuid(),
    isr: array(int32(), { nullable: '0+', tag: 0, default: null }),
    leader: int32({ tag: 1, default: -2 }),
    replicas: array(int32(), { nullable: '0+', tag: 2, default: null }),
    removingReplicas: array(int32(), { nullable: '0+', tag: 3, default: null }),
    addingReplicas: array(int32(), { nullable: '0+', tag: 4, default: null }),
    leaderRecoveryState: int8({ tag: 5, default: -1 }),
    directories: array(uuid(), { versions: '1+', nullable: '1+', tag: 8, default: null }),
    eligibleLeaderReplicas: array(int32(), { versions: '2+', nullable: '2+', tag: 6, default: null }),
    lastKnownElr: array(int32(), { versions: '2+', nullable: '2+', tag: 7, default: null }),
  }),
});
