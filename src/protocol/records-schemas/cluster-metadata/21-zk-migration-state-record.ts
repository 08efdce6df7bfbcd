import { keyedMessage } from '../../message.ts';
import { int8, struct } from '../../schema.ts';

/** ZkMigrationStateRecord (type 21) of `__cluster_metadata`: undefined. */
export const zkMigrationStateRecord = keyedMessage({
  key: 21,
  name: 'ZkMigrationStateRecord',
  versions: '0',
  flexible: '0+',
  fields: struct({ zkMigrationState: int8() }),
});
