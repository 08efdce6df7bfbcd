import { keyedMessage } from '../../message.ts';
import { array, bool, float64, string, struct } from '../../schema.ts';

/** ClientQuotaRecord (type 14) of `__cluster_metadata`: a quota was set or removed (KIP-546). */
export const clientQuotaRecord = keyedMessage({
  key: 14,
  name: 'ClientQuotaRecord',
  versions: '0',
  flexible: '0+',
  fields: struct({
    entity: array(struct({ entityType: string(), entityName: string({ nullable: '0+' }) })),
    key: string(),
    value: float64(),
    remove: bool(),
  }),
});
