import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { describeCluster } from '../../src/protocol/messages/60-describe-cluster.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import { CLUSTER_OPERATIONS, OPERATIONS_NOT_ASKED } from './authorized-operations.ts';
import type { BrokerServices } from './broker-services.ts';

/** `EndpointType` of KIP-919. */
const BROKERS = 1;
const CONTROLLERS = 2;

/**
 * DescribeCluster (key 60, v0-2): the cluster's id and brokers. v1+ may ask for controllers, which is
 * MISMATCHED_ENDPOINT_TYPE on a broker's listener (KIP-919). v2+ may ask for fenced brokers too.
 */
export function describeClusterHandler(services: BrokerServices): RequestHandler<typeof describeCluster> {
  return {
    api: describeCluster,
    answer(request, context) {
      const { image, endpoints } = services;
      if (request.endpointType !== BROKERS) {
        return {
          ...refusalOf(request.endpointType),
          endpointType: BROKERS,
          clusterId: services.clusterId,
        };
      }
      const brokers = endpoints.all(image, context).map(({ nodeId, host, port, rack }) => ({
        brokerId: nodeId,
        host,
        port,
        rack,
        isFenced: false,
      }));
      if (request.includeFencedBrokers) {
        for (const broker of image.brokers.values()) {
          const endpoint = broker.fenced ? endpoints.find(broker.id, image, context) : undefined;
          if (endpoint === undefined) continue;
          const { host, port, rack } = endpoint;
          brokers.push({ brokerId: broker.id, host, port, rack, isFenced: true });
        }
      }
      const any = brokers[services.environment.random.int(Math.max(1, brokers.length))];
      return {
        errorCode: ErrorCode.NONE,
        endpointType: BROKERS,
        clusterId: services.clusterId,
        controllerId: any?.brokerId ?? -1,
        brokers,
        clusterAuthorizedOperations: request.includeClusterAuthorizedOperations
          ? CLUSTER_OPERATIONS
          : OPERATIONS_NOT_ASKED,
      };
    },
  };
}

function refusalOf(endpointType: number): { readonly errorCode: number; readonly errorMessage: string } {
  return endpointType === CONTROLLERS
    ? {
        errorCode: ErrorCode.MISMATCHED_ENDPOINT_TYPE,
        errorMessage:
          'The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER',
      }
    : {
        errorCode: ErrorCode.UNSUPPORTED_ENDPOINT_TYPE,
        errorMessage: `Unsupported endpoint type ${endpointType}`,
      };
}
