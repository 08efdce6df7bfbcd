import { updateFeatures } from '../../src/protocol/messages/57-update-features.ts';
import { updateFailure } from '../controller/update-features.ts';
import type { AnyRequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';
import { forwardToController } from './controller-forward.ts';

/** UpdateFeatures (key 57, v0-2): passed on to the controller; the answer waits until this broker knows of the new levels. */
export function updateFeaturesHandler(services: BrokerServices): AnyRequestHandler {
  return forwardToController(services, {
    api: updateFeatures,
    timeoutMs: ({ timeoutMs }) => timeoutMs,
    isVisible: ({ featureUpdates, validateOnly }, { errorCode = 0 }, { after }) =>
      validateOnly ||
      errorCode !== 0 ||
      featureUpdates.every(
        ({ feature, maxVersionLevel }) => (after.features.get(feature) ?? 0) === maxVersionLevel,
      ),
    failure: updateFailure,
  });
}
