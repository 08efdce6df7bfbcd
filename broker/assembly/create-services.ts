import type { MetadataImage } from '../metadata/metadata-image.ts';
import type { BrokerServices } from '../handlers/broker-services.ts';
import { ClientEndpoints } from '../handlers/client-endpoints.ts';
import { type HandlerTable, servedApis } from '../handlers/index.ts';
import { TopicCreator } from '../lifecycle/topic-creator.ts';
import { FetchRoom } from '../replication/fetch-room.ts';
import { FetchSessionCache } from '../replication/fetch-session-cache.ts';
import type { BrokerComponents } from './broker-components.ts';
import type { BrokerDependencies } from './broker-dependencies.ts';

/**
 * Returns what the handlers of requests work with.
 * @param tables of the handlers, by listener: what they serve is told to clients.
 */
export function createServices(
  { environment, logger, config, topology, logManager, buffers }: BrokerDependencies,
  components: BrokerComponents,
  tables: ReadonlyMap<string, HandlerTable>,
): BrokerServices {
  const { quorum, controller, waiters, server } = components;
  const { replicaManager, groups, transactionVerifier, transactions, producerIds } = components;
  const { metrics, brokerRequests } = components;
  const { nodeId, advertised } = topology;
  const image = (): MetadataImage => quorum.image;
  return {
    environment,
    logger,
    nodeId,
    clusterId: logManager.clusterId,
    config,
    get image() {
      return quorum.image;
    },
    endpoints: new ClientEndpoints({ nodeId, advertised: new Set(advertised.keys()) }),
    replicaManager,
    logManager,
    quorum,
    controller,
    brokerRequests,
    waiters,
    topicCreator: new TopicCreator({ config, logger, controller, waiters, image }),
    producerIds,
    groups,
    transactionVerifier,
    transactions,
    metrics,
    fetchSessions: new FetchSessionCache({
      clock: environment.clock,
      random: environment.random,
      slots: config.get('max.incremental.fetch.session.cache.slots'),
    }),
    fetchRoom: new FetchRoom(server.responseBytes, buffers),
    servedApis: (listener) => servedApis(tables.get(listener) ?? new Map()),
  };
}
