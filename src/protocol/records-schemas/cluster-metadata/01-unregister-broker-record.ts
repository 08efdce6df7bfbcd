import { keyedMessage } from '../../message.ts';
import { int32, int64, struct } from '../../schema.ts';

/** UnregisterBrokerRecord (type 1) of `__cluster_metadata`: a broker was forgotten. */
export const unregisterBrokerRecord = keyedMessage({
  key: 1,
  name: 'UnregisterBrokerRecord',
  versions: '0',
  flexible: '0+',
  fields: struct({ brokerId: int32(), brokerEpoch: int64() }),
});
