import { deleteTopics } from '../../src/protocol/messages/20-delete-topics.ts';
import type { AnyRequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';
import { forwardToController } from './controller-forward.ts';
import { ownDeletions } from './own-work.ts';
import { hasDeletions } from './visible-changes.ts';

/** DeleteTopics (key 20, v1-6): passed on to the controller; v6 also by id. */
export function deleteTopicsHandler(services: BrokerServices): AnyRequestHandler {
  return forwardToController(services, {
    api: deleteTopics,
    timeoutMs: ({ timeoutMs }) => timeoutMs,
    afterRetry: (_request, response, before) => ownDeletions(response, { before, after: services.image }),
    isVisible: (_request, response, images) => hasDeletions(response, images),
    failure: ({ topics, topicNames }, error) => ({
      responses: [...topics, ...topicNames.map((name) => ({ name }))].map((topic) => ({
        ...topic,
        ...error,
      })),
    }),
  });
}
