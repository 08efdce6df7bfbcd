import { keyedMessage } from '../../message.ts';
import { int32, int64, struct } from '../../schema.ts';

/** ProducerIdsRecord (type 15) of `__cluster_metadata`: a block of producer ids was given out (KIP-730). */
export const producerIdsRecord = keyedMessage({
  key: 15,
  name: 'ProducerIdsRecord',
  versions: '0',
  flexible: '0+',
  fields: struct({ brokerId: int32(), brokerEpoch: int64({ default: -1 }), nextProducerId: int64() }),
});
