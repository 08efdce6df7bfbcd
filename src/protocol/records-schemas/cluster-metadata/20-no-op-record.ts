import { keyedMessage } from '../../message.ts';
import { struct } from '../../schema.ts';

/** NoOpRecord (type 20) of `__cluster_metadata`: nothing; keeps the high watermark moving (KIP-835). */
export const noOpRecord = keyedMessage({
  key: 20,
  name: 'NoOpRecord',
  versions: '0',
  flexible: '0+',
  fields: struct({}),
});
