import { createTopics } from '../../src/protocol/messages/19-create-topics.ts';
import type { AnyRequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';
import { forwardToController } from './controller-forward.ts';

/** CreateTopics (key 19, v2-7): passed on to the controller; v5+ tells the topic's configuration, v7 its id. */
export function createTopicsHandler(services: BrokerServices): AnyRequestHandler {
  return forwardToController(services, {
    api: createTopics,
    timeoutMs: ({ timeoutMs }) => timeoutMs,
    failure: ({ topics }, error) => ({ topics: topics.map(({ name }) => ({ name, ...error })) }),
  });
}
