import { alterConfigs } from '../../src/protocol/messages/33-alter-configs.ts';
import { replacedConfigs } from '../controller/config-edits.ts';
import type { AnyRequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';
import { refuseConfigs } from './config-refusals.ts';
import { forwardToController } from './controller-forward.ts';

/** AlterConfigs (key 33, v0-2): replaces all overrides of a resource; passed on to the controller. */
export function alterConfigsHandler(services: BrokerServices): AnyRequestHandler {
  return forwardToController(services, {
    api: alterConfigs,
    refuse: (request) => refuseConfigs(services, request, replacedConfigs),
    failure: ({ resources }, error) => ({
      responses: resources.map(({ resourceType, resourceName }) => ({
        resourceType,
        resourceName,
        ...error,
      })),
    }),
  });
}
