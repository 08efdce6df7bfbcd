import { keyedMessage } from '../../message.ts';
import { array, bool, int16, int32, int64, string, struct, uint16, uuid } from '../../schema.ts';

/** RegisterBrokerRecord (type 0) of `__cluster_metadata`: a broker registered (KIP-631). */
export const registerBrokerRecord = keyedMessage({
  key: 0,
  name: 'RegisterBrokerRecord',
  versions: '0-4',
  flexible: '0+',
  fields: struct({
    brokerId: int32(),
    isMigratingZkBroker: bool({ versions: '2+' }),
    incarnationId: uuid(),
    brokerEpoch: int64(),
    endPoints: array(struct({ name: string(), host: string(), port: uint16(), securityProtocol: int16() })),
    features: array(struct({ name: string(), minSupportedVersion: int16(), maxSupportedVersion: int16() })),
    rack: string({ nullable: '0+' }),
    fenced: bool({ default: true }),
    inControlledShutdown: bool({ versions: '1+' }),
    logDirs: array(uuid(), { versions: '3+', tag: 0 }),
    cordonedLogDirs: array(uuid(), { versions: '4+', nullable: '4+', tag: 1, default: null }),
  }),
});
