import { keyedMessage } from '../../message.ts';
import { int16, string, struct } from '../../schema.ts';

/** FeatureLevelRecord (type 12) of `__cluster_metadata`: a feature was finalized at a level (KIP-584). */
export const featureLevelRecord = keyedMessage({
  key: 12,
  name: 'FeatureLevelRecord',
  versions: '0',
  flexible: '0+',
  fields: struct({ name: string(), featureLevel: int16() }),
});
