import { createPartitions } from '../../src/protocol/messages/37-create-partitions.ts';
import type { AnyRequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';
import { CATCH_UP_MS, forwardToController } from './controller-forward.ts';
import { ownGrowth, unknownGrowth } from './own-work.ts';
import { hasGrowth } from './visible-changes.ts';

/** CreatePartitions (key 37, v0-3): passed on to the controller; a topic can only grow. */
export function createPartitionsHandler(services: BrokerServices): AnyRequestHandler {
  return forwardToController(services, {
    api: createPartitions,
    timeoutMs: ({ timeoutMs }) => timeoutMs,
    async afterRetry(request, response, before) {
      await services.waiters.until(
        (image) => unknownGrowth(request, response, image).length === 0,
        CATCH_UP_MS,
      );
      return ownGrowth(request, response, { before, after: services.image });
    },
    isVisible: (request, response, { after }) => hasGrowth(request, response, after),
    failure: ({ topics }, error) => ({ results: topics.map(({ name }) => ({ name, ...error })) }),
  });
}
