import { createTopics } from '../../src/protocol/messages/19-create-topics.ts';
import type { AnyRequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';
import { CATCH_UP_MS, forwardToController } from './controller-forward.ts';
import { ownCreations, unknownCreations } from './own-work.ts';
import { hasCreations } from './visible-changes.ts';

/** CreateTopics (key 19, v2-7): passed on to the controller; v5+ tells the topic's configuration, v7 its id. */
export function createTopicsHandler(services: BrokerServices): AnyRequestHandler {
  return forwardToController(services, {
    api: createTopics,
    timeoutMs: ({ timeoutMs }) => timeoutMs,
    async afterRetry(request, response, before) {
      // The controller knows of them; this broker will in a moment.
      await services.waiters.until(
        (image) => unknownCreations(response, { before, after: image }).length === 0,
        CATCH_UP_MS,
      );
      return ownCreations(request, response, { before, after: services.image });
    },
    isVisible: (request, response, { after }) => hasCreations(request, response, after),
    failure: ({ topics }, error) => ({ topics: topics.map(({ name }) => ({ name, ...error })) }),
  });
}
