import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { ResponseInput } from '../../src/protocol/message.ts';
import { unregisterBroker as api } from '../../src/protocol/messages/64-unregister-broker.ts';
import type { BrokerRegistration } from '../metadata/metadata-image.ts';
import { brokerLeaving } from './broker-availability.ts';
import { operationInParts } from './operation.ts';

/** UnregisterBroker (key 64): forgets a broker that will not come back. */
export const unregisterBroker = operationInParts({
  api,
  *parts({ brokerId }) {
    const errorMessage = `Broker ID ${brokerId} is not currently registered`;
    let response: ResponseInput<typeof api> = { errorCode: ErrorCode.BROKER_ID_NOT_REGISTERED, errorMessage };
    let broker: BrokerRegistration | undefined;
    yield (state) => {
      broker = state.image.brokers.get(brokerId);
      return [];
    };
    if (broker === undefined) return response;
    const brokerEpoch = broker.epoch;
    yield* brokerLeaving(broker, {
      brokerId,
      uncleanShutdown: false,
      end(state) {
        state.sessions.remove(brokerId);
        response = { errorMessage: null };
        return [{ type: 'UnregisterBrokerRecord', data: { brokerId, brokerEpoch } }];
      },
    });
    return response;
  },
  failure: (_request, error) => error,
});
