import { keyedMessage } from '../../message.ts';
import { int32, struct } from '../../schema.ts';

/** UnregisterControllerRecord (type 29) of `__cluster_metadata`: a controller was forgotten. */
export const unregisterControllerRecord = keyedMessage({
  key: 29,
  name: 'UnregisterControllerRecord',
  versions: '0',
  flexible: '0+',
  fields: struct({ controllerId: int32() }),
});
