import { incrementalAlterConfigs } from '../../src/protocol/messages/44-incremental-alter-configs.ts';
import { editedConfigs } from '../controller/config-edits.ts';
import type { AnyRequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';
import { refuseConfigs } from './config-refusals.ts';
import { forwardToController } from './controller-forward.ts';

/** IncrementalAlterConfigs (key 44, v0-1): sets, removes, extends overrides; passed on to the controller (KIP-339). */
export function incrementalAlterConfigsHandler(services: BrokerServices): AnyRequestHandler {
  return forwardToController(services, {
    api: incrementalAlterConfigs,
    refuse: (request) => refuseConfigs(services, request, editedConfigs),
    failure: ({ resources }, error) => ({
      responses: resources.map(({ resourceType, resourceName }) => ({
        resourceType,
        resourceName,
        ...error,
      })),
    }),
  });
}
