import { message } from '../message.ts';
import { array, int16, int32, int64, string, struct, uint16, uuid } from '../schema.ts';

/** The key of a control record, behind its version. */
export const controlRecordType = message({
  name: 'ControlRecordTypeSchema',
  versions: '0',
  fields: struct({ type: int16() }),
});

/** The value of commit and abort markers. */
export const endTxnMarker = message({
  name: 'EndTxnMarker',
  versions: '0',
  fields: struct({ coordinatorEpoch: int32() }),
});

const voterFields = { voterId: int32(), voterDirectoryId: uuid({ versions: '1+' }) };

/** Who leads the metadata quorum, and who voted for it (KIP-595). */
export const leaderChangeMessage = message({
  name: 'LeaderChangeMessage',
  versions: '0-1',
  flexible: '0+',
  fields: struct({
    version: int16(),
    leaderId: int32(),
    voters: array(struct(voterFields)),
    grantingVoters: array(struct(voterFields)),
  }),
});

/** Begins a metadata snapshot (KIP-630). */
export const snapshotHeaderRecord = message({
  name: 'SnapshotHeaderRecord',
  versions: '0',
  flexible: '0+',
  fields: struct({ version: int16(), lastContainedLogTimestamp: int64() }),
});

/** Ends a metadata snapshot (KIP-630). */
export const snapshotFooterRecord = message({
  name: 'SnapshotFooterRecord',
  versions: '0',
  flexible: '0+',
  fields: struct({ version: int16() }),
});

/** The finalized kraft.version (KIP-853). */
export const kraftVersionRecord = message({
  name: 'KRaftVersionRecord',
  versions: '0',
  flexible: '0+',
  fields: struct({ version: int16(), kRaftVersion: int16() }),
});

/** The voters of the metadata quorum (KIP-853). */
export const votersRecord = message({
  name: 'VotersRecord',
  versions: '0',
  flexible: '0+',
  fields: struct({
    version: int16(),
    voters: array(
      struct({
        voterId: int32(),
        voterDirectoryId: uuid(),
        endpoints: array(struct({ name: string(), host: string(), port: uint16() })),
        kRaftVersionFeature: struct({ minSupportedVersion: int16(), maxSupportedVersion: int16() }),
      }),
    ),
  }),
});
