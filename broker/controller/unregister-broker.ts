import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { unregisterBroker as api } from '../../src/protocol/messages/64-unregister-broker.ts';
import { recordsForBrokerLeaving } from './broker-availability.ts';
import { operation } from './operation.ts';

/** UnregisterBroker (key 64): forgets a broker that will not come back. */
export const unregisterBroker = operation({
  api,
  decide(state, { brokerId }) {
    const broker = state.image.brokers.get(brokerId);
    if (broker === undefined) {
      const errorMessage = `Broker ID ${brokerId} is not currently registered`;
      return { records: [], response: { errorCode: ErrorCode.BROKER_ID_NOT_REGISTERED, errorMessage } };
    }
    state.sessions.remove(brokerId);
    return {
      records: [
        ...recordsForBrokerLeaving(state, brokerId, { uncleanShutdown: false }),
        { type: 'UnregisterBrokerRecord', data: { brokerId, brokerEpoch: broker.epoch } },
      ],
      response: { errorMessage: null },
    };
  },
  failure: (_request, error) => error,
});
