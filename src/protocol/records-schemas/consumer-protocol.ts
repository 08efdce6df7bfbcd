import { message } from '../message.ts';
import { array, bytes, int32, string, struct } from '../schema.ts';

/** The topics of a member, as it joins a classic group. */
export const consumerProtocolSubscription = message({
  name: 'ConsumerProtocolSubscription',
  versions: '0-3',
  fields: struct({
    topics: array(string()),
    userData: bytes({ nullable: '0+', default: null }),
    ownedPartitions: array(struct({ topic: string(), partitions: array(int32()) }), {
      versions: '1+',
      ignorable: true,
    }),
    generationId: int32({ versions: '2+', default: -1, ignorable: true }),
    rackId: string({ versions: '3+', nullable: '3+', default: null, ignorable: true }),
  }),
});

/** The partitions of a member, as the assignor of a classic group hands them out. */
export const consumerProtocolAssignment = message({
  name: 'ConsumerProtocolAssignment',
  versions: '0-3',
  fields: struct({
    assignedPartitions: array(struct({ topic: string(), partitions: array(int32()) })),
    userData: bytes({ nullable: '0+', default: null }),
  }),
});
