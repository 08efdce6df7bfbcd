import { keyedMessage } from '../../message.ts';
import { int8, string, struct, uuid } from '../../schema.ts';

/** AccessControlEntryRecord (type 18) of `__cluster_metadata`: an access control entry was created. */
export const accessControlEntryRecord = keyedMessage({
  key: 18,
  name: 'AccessControlEntryRecord',
  versions: '0',
  flexible: '0+',
  fields: struct({
    id: uuid(),
    resourceType: int8(),
    resourceName: string(),
    patternType: int8(),
    principal: string(),
    host: string(),
    operation: int8(),
    permissionType: int8(),
  }),
});
