import { message } from '../message.ts';
import { array, bytes, int32, int64, int8, string, struct, uuid } from '../schema.ts';

const taskIdFields = { topicGroupId: int32({ versions: '1-6' }), partition: int32({ versions: '1-6' }) };

/** What a Kafka Streams client tells of itself when it joins. */
export const subscriptionInfoData = message({
  name: 'SubscriptionInfoData',
  versions: '1-11',
  fields: struct({
    version: int32(),
    latestSupportedVersion: int32({ versions: '3+', default: -1 }),
    processId: uuid(),
    prevTasks: array(struct(taskIdFields), { versions: '1-6' }),
    standbyTasks: array(struct(taskIdFields), { versions: '1-6' }),
    userEndPoint: bytes({ versions: '2+' }),
    taskOffsetSums: array(
      struct({
        topicGroupId: int32(),
        partition: int32({ versions: '10+' }),
        offsetSum: int64({ versions: '10+' }),
        namedTopology: string({ versions: '10+', nullable: '10+' }),
        partitionToOffsetSum: array(struct({ partition: int32(), offsetSum: int64() }), { versions: '7-9' }),
      }),
      { versions: '7+' },
    ),
    uniqueField: int8({ versions: '8+' }),
    errorCode: int32({ versions: '9+' }),
    clientTags: array(struct({ key: bytes(), value: bytes() }), { versions: '11+' }),
  }),
});
