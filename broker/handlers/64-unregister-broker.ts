import { unregisterBroker } from '../../src/protocol/messages/64-unregister-broker.ts';
import type { AnyRequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';
import { forwardToController } from './controller-forward.ts';
import { ownUnregistration } from './own-work.ts';

/** UnregisterBroker (key 64, v0): forgets a broker that will not come back; passed on to the controller. */
export function unregisterBrokerHandler(services: BrokerServices): AnyRequestHandler {
  return forwardToController(services, {
    api: unregisterBroker,
    afterRetry: (request, response, before) => ownUnregistration(request, response, before),
    failure: (_request, error) => error,
  });
}
