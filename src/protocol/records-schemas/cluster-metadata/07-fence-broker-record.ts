import { keyedMessage } from '../../message.ts';
import { int32, int64, struct } from '../../schema.ts';

/** FenceBrokerRecord (type 7) of `__cluster_metadata`: a broker was fenced; superseded by BrokerRegistrationChangeRecord. */
export const fenceBrokerRecord = keyedMessage({
  key: 7,
  name: 'FenceBrokerRecord',
  versions: '0',
  flexible: '0+',
  fields: struct({ id: int32(), epoch: int64() }),
});
