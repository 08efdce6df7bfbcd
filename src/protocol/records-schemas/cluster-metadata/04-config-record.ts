import { keyedMessage } from '../../message.ts';
import { int8, string, struct } from '../../schema.ts';

/** ConfigRecord (type 4) of `__cluster_metadata`: an entry of a configuration was set or, when null, removed. */
export const configRecord = keyedMessage({
  key: 4,
  name: 'ConfigRecord',
  versions: '0',
  flexible: '0+',
  fields: struct({
    resourceType: int8(),
    resourceName: string(),
    name: string(),
    value: string({ nullable: '0+' }),
  }),
});
