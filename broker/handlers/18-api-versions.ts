import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { ResponseInput } from '../../src/protocol/message.ts';
import { apiVersions } from '../../src/protocol/messages/18-api-versions.ts';
import type { RequestContext } from '../server/request-context.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';

/** What a client may call itself (KIP-511). */
const SOFTWARE_NAME = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;

/**
 * ApiVersions (key 18, v0-5): tells what this listener serves, derived from the handlers that are registered.
 *
 * - v0 body for any version that is not known, with UNSUPPORTED_VERSION: the client asks again in a version it finds.
 * - v3+: INVALID_REQUEST when the client's software name or version is not one.
 * - v3: supported features whose lowest version is 0 are left out, older Java clients refuse them (KAFKA-17011).
 */
export function apiVersionsHandler(services: BrokerServices): RequestHandler<typeof apiVersions> {
  const response = (errorCode: number, context: RequestContext): ResponseInput<typeof apiVersions> => ({
    errorCode,
    apiKeys: services
      .servedApis(context.listener)
      .map(({ key, minVersion, maxVersion }) => ({ apiKey: key, minVersion, maxVersion })),
    ...(context.apiVersion >= 3 ? features(services, context.apiVersion) : {}),
  });
  return {
    api: apiVersions,
    answer(request, context) {
      const named =
        context.apiVersion < 3 ||
        (SOFTWARE_NAME.test(request.clientSoftwareName) && SOFTWARE_NAME.test(request.clientSoftwareVersion));
      return named ? response(ErrorCode.NONE, context) : { errorCode: ErrorCode.INVALID_REQUEST };
    },
    failure: (_request, errorCode, context) => response(errorCode, context),
  };
}

function features(services: BrokerServices, version: number): Partial<ResponseInput<typeof apiVersions>> {
  const { image, nodeId } = services;
  const supported = [...(image.brokers.get(nodeId)?.features ?? [])]
    .map(([name, { min, max }]) => ({ name, minVersion: min, maxVersion: max }))
    .filter(({ minVersion }) => version >= 4 || minVersion > 0);
  return {
    supportedFeatures: supported,
    finalizedFeaturesEpoch: image.offset,
    finalizedFeatures: [...image.features].map(([name, level]) => ({
      name,
      maxVersionLevel: level,
      minVersionLevel: level,
    })),
  };
}
