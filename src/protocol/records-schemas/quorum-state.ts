import { message } from '../message.ts';
import { array, int32, int64, string, struct, uuid } from '../schema.ts';

/** The file `quorum-state`: epoch and vote of a voter (KIP-595). */
export const quorumStateData = message({
  name: 'QuorumStateData',
  versions: '0-1',
  flexible: '0+',
  fields: struct({
    clusterId: string({ versions: '0' }),
    leaderId: int32({ default: -1 }),
    leaderEpoch: int32({ default: -1 }),
    votedId: int32({ default: -1 }),
    votedDirectoryId: uuid({ versions: '1+' }),
    appliedOffset: int64({ versions: '0' }),
    currentVoters: array(struct({ voterId: int32() }), { versions: '0', nullable: '0' }),
  }),
});
