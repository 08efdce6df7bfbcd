import { keyedMessage } from '../../message.ts';
import { int32, int64, struct } from '../../schema.ts';

/** UnfenceBrokerRecord (type 8) of `__cluster_metadata`: a broker was unfenced; superseded by BrokerRegistrationChangeRecord. */
export const unfenceBrokerRecord = keyedMessage({
  key: 8,
  name: 'UnfenceBrokerRecord',
  versions: '0',
  flexible: '0+',
  fields: struct({ id: int32(), epoch: int64() }),
});
