import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import type { RequestContext } from '../server/request-context.ts';
import type { BrokerServices } from './broker-services.ts';
import type { ClientEndpoint } from './client-endpoints.ts';

interface CurrentLeader {
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

/** The first versions of an API whose responses name leaders, and tell their addresses. */
interface LeaderVersions {
  readonly leaderMin: number;
  readonly endpointMin: number;
}

/**
 * Collects where the leaders are of partitions that were asked for at the wrong broker, so that clients need not ask
 * for metadata first (KIP-951: Produce v10+, Fetch v12+ for the leader and v16+ for its address).
 */
export class CurrentLeaders {
  readonly #image: MetadataImage;
  readonly #services: BrokerServices;
  readonly #context: RequestContext;
  readonly #versions: LeaderVersions;
  readonly #endpoints = new Map<number, ClientEndpoint>();

  constructor(services: BrokerServices, context: RequestContext, versions: LeaderVersions) {
    this.#services = services;
    this.#image = services.image;
    this.#context = context;
    this.#versions = versions;
  }

  get nodeEndpoints(): readonly ClientEndpoint[] {
    return [...this.#endpoints.values()];
  }

  /** The leader to name with an error, or undefined when the error does not call for one. */
  of(errorCode: number, topic: string, partition: number): CurrentLeader | undefined {
    const { apiVersion } = this.#context;
    const isMisdirected =
      errorCode === ErrorCode.NOT_LEADER_OR_FOLLOWER || errorCode === ErrorCode.FENCED_LEADER_EPOCH;
    if (!isMisdirected || apiVersion < this.#versions.leaderMin) return undefined;
    const registration = this.#image.topicsByName.get(topic)?.partitions.get(partition);
    if (registration === undefined || registration.leader < 0) return undefined;
    const endpoint = this.#services.endpoints.find(registration.leader, this.#image, this.#context);
    if (endpoint !== undefined && apiVersion >= this.#versions.endpointMin) {
      this.#endpoints.set(endpoint.nodeId, endpoint);
    }
    return { leaderId: registration.leader, leaderEpoch: registration.leaderEpoch };
  }
}
