import { keyedMessage } from '../../message.ts';
import { array, bytes, int32, int64, string, struct } from '../../schema.ts';

/** Key of type 2 of `__consumer_offsets`: a classic group: its generation, members and assignment. */
export const groupMetadataKey = keyedMessage({
  key: 2,
  name: 'GroupMetadataKey',
  versions: '0',
  fields: struct({ group: string() }),
});

/** Value to {@link groupMetadataKey}; null removes it. */
export const groupMetadataValue = keyedMessage({
  key: 2,
  name: 'GroupMetadataValue',
  versions: '0-4',
  flexible: '4+',
  fields: struct({
    protocolType: string(),
    generation: int32(),
    protocol: string({ nullable: '0+' }),
    leader: string({ nullable: '0+' }),
    currentStateTimestamp: int64({ versions: '2+', default: -1, ignorable: true }),
    members: array(
      struct({
        memberId: string(),
        groupInstanceId: string({ versions: '3+', nullable: '3+', default: null, ignorable: true }),
        clientId: string(),
        clientHost: string(),
        rebalanceTimeout: int32({ versions: '1+', default: -1, ignorable: true }),
        sessionTimeout: int32(),
        subscription: bytes(),
        assignment: bytes(),
      }),
    ),
  }),
});
