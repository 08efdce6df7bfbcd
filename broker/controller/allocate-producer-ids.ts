import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { allocateProducerIds as api } from '../../src/protocol/messages/67-allocate-producer-ids.ts';
import { operation } from './operation.ts';

/** Producer ids that a broker gets at a time (KIP-730). */
const BLOCK_SIZE = 1000;

/** AllocateProducerIds (key 67): gives a broker a block of producer ids that nobody else has or ever had. */
export const allocateProducerIds = operation({
  api,
  decide(state, { brokerId, brokerEpoch }) {
    const broker = state.image.brokers.get(brokerId);
    if (broker === undefined)
      return { records: [], response: { errorCode: ErrorCode.BROKER_ID_NOT_REGISTERED } };
    if (broker.epoch !== brokerEpoch)
      return { records: [], response: { errorCode: ErrorCode.STALE_BROKER_EPOCH } };
    const producerIdStart = state.image.nextProducerId;
    return {
      records: [
        {
          type: 'ProducerIdsRecord',
          data: { brokerId, brokerEpoch, nextProducerId: producerIdStart + BLOCK_SIZE },
        },
      ],
      response: { producerIdStart, producerIdLen: BLOCK_SIZE },
    };
  },
  failure: (_request, { errorCode }) => ({ errorCode }),
});
