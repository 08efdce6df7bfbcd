import { keyedMessage } from '../../message.ts';
import { struct, uuid } from '../../schema.ts';

/** RemoveAccessControlEntryRecord (type 19) of `__cluster_metadata`: an access control entry was deleted. */
export const removeAccessControlEntryRecord = keyedMessage({
  key: 19,
  name: 'RemoveAccessControlEntryRecord',
  versions: '0',
  flexible: '0+',
  fields: struct({ id: uuid() }),
});
