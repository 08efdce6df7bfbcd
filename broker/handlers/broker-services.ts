import type { Environment } from '../../src/base/environment.ts';
import type { Logger } from '../../src/base/logger.ts';
import type { BrokerConfig } from '../config/broker-config.ts';
import type { ControllerChannel } from '../controller/controller-channel.ts';
import type { MetadataQuorum } from '../controller/metadata-quorum.ts';
import type { GroupCoordinatorPartitions, GroupRequests } from '../coordinators/group/group-requests.ts';
import type {
  TransactionCoordinatorPartitions,
  TransactionRequests,
} from '../coordinators/transaction/transaction-requests.ts';
import type { MetadataWaiters } from '../lifecycle/metadata-waiters.ts';
import type { ProducerIds } from '../lifecycle/producer-ids.ts';
import type { TopicCreator } from '../lifecycle/topic-creator.ts';
import type { LogManager } from '../log/log-manager.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import type { ReadRoom } from '../replication/delayed-fetch.ts';
import type { FetchSessionCache } from '../replication/fetch-session-cache.ts';
import type { ReplicaManager } from '../replication/replica-manager.ts';
import type { Metrics } from '../server/broker-metrics.ts';
import type { BrokerRequests } from '../server/broker-requests.ts';
import type { TransactionVerifier } from '../transactions/transaction-verifier.ts';
import type { ClientEndpoints } from './client-endpoints.ts';
import type { ServedApi } from './served-api.ts';

/** What handlers work with. */
export interface BrokerServices {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly nodeId: number;
  readonly clusterId: string;
  readonly config: BrokerConfig;
  /** The committed metadata, as far as this broker has replayed it: to be read once per request. */
  readonly image: MetadataImage;
  readonly endpoints: ClientEndpoints;
  readonly replicaManager: ReplicaManager;
  readonly logManager: LogManager;
  readonly quorum: MetadataQuorum;
  readonly controller: ControllerChannel;
  /** Asks coordinators and leaders, which may be this broker. */
  readonly brokerRequests: BrokerRequests;
  readonly waiters: MetadataWaiters;
  readonly topicCreator: TopicCreator;
  readonly producerIds: ProducerIds;
  readonly groups: GroupRequests & GroupCoordinatorPartitions;
  readonly transactionVerifier: TransactionVerifier;
  readonly transactions: TransactionRequests & TransactionCoordinatorPartitions;
  readonly metrics: Metrics;
  readonly fetchSessions: FetchSessionCache;
  /** Memory for what fetches read. */
  readonly fetchRoom: ReadRoom;
  /** What a listener serves, for ApiVersions. */
  servedApis(listener: string): readonly ServedApi[];
}
