import { keyedMessage } from '../../message.ts';
import { array, int32, int64, int8, struct, uuid } from '../../schema.ts';

/** BrokerRegistrationChangeRecord (type 17) of `__cluster_metadata`: a registered broker was fenced, began to shut down, or changed its data folders. */
export const brokerRegistrationChangeRecord = keyedMessage({
  key: 17,
  name: 'BrokerRegistrationChangeRecord',
  versions: '0-3',
  flexible: '0+',
  fields: struct({
    brokerId: int32(),
    brokerEpoch: int64(),
    fenced: int8({ tag: 0 }),
    inControlledShutdown: int8({ versions: '1+', tag: 1 }),
    logDirs: array(uuid(), { versions: '2+', tag: 2 }),
    cordonedLogDirs: array(uuid(), { versions: '3+', nullable: '3+', tag: 3, default: null }),
  }),
});
