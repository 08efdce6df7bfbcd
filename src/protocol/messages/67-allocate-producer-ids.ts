import { api } from '../message.ts';
import { int16, int32, int64, struct } from '../schema.ts';

/**
 * AllocateProducerIds (key 67, versions 0): gives a broker a block of producer ids (KIP-730).
 */
export const allocateProducerIds = api({
  key: 67,
  name: 'AllocateProducerIds',
  versions: '0',
  flexible: '0+',
  listeners: ['controller'],
  request: struct({ brokerId: int32(), brokerEpoch: int64({ default: -1 }) }),
  response: struct({
    throttleTimeMs: int32(),
    errorCode: int16(),
    producerIdStart: int64(),
    producerIdLen: int32(),
  }),
});
