import { OperationalError } from '../../base/errors.ts';
import { ErrorCode } from '../../protocol/error-codes.ts';
import { findCoordinator } from '../../protocol/messages/10-find-coordinator.ts';
import type { Call } from '../connection/broker-channel.ts';
import { kafkaError } from '../kafka-error.ts';
import type { Cluster } from './cluster.ts';

/** FindCoordinator's key types. */
const GROUP_KEY_TYPE = 0;

/** From version 4 on several keys are asked for at once (KIP-699). */
const BATCHED_FROM = 4;

/** Errors that say that another broker coordinates the group, or that this one cannot now. */
const MOVED = new Set<number>([ErrorCode.NOT_COORDINATOR, ErrorCode.COORDINATOR_NOT_AVAILABLE]);

/** Finds the coordinator of one group and brings requests to it. */
export class GroupCoordinator {
  readonly groupId: string;
  readonly #cluster: Cluster;
  #nodeId = -1;
  #finding: Promise<number> | undefined;

  constructor(cluster: Cluster, groupId: string) {
    this.#cluster = cluster;
    this.groupId = groupId;
  }

  /** The coordinator if it is known now, else -1. */
  get nodeId(): number {
    return this.#nodeId;
  }

  /** The coordinator's node id; asks for it if need be, once. */
  find(): Promise<number> {
    if (this.#nodeId >= 0) return Promise.resolve(this.#nodeId);
    this.#finding ??= this.#find().finally(() => {
      this.#finding = undefined;
    });
    return this.#finding;
  }

  /** Forgets the coordinator: the next request asks for it again. */
  forget(): void {
    this.#nodeId = -1;
  }

  /** True if the error code means that the coordinator must be found again; then it is forgotten. */
  movedBy(errorCode: number): boolean {
    if (!MOVED.has(errorCode)) return false;
    this.forget();
    return true;
  }

  /**
   * Sends a request to the coordinator.
   * @param purpose `join` for what it may hold back until other members have come.
   */
  async send<In, Out>(call: Call<In, Out>, purpose: 'group' | 'join' = 'group'): Promise<Out> {
    const nodeId = await this.find();
    try {
      return await this.#cluster.send(nodeId, purpose, call);
    } catch (error) {
      if (error instanceof OperationalError && error.retriable) this.forget();
      throw error;
    }
  }

  async #find(): Promise<number> {
    const { groupId } = this;
    const response = await this.#cluster.sendToAny({
      api: findCoordinator,
      body: (version) =>
        version >= BATCHED_FROM
          ? { keyType: GROUP_KEY_TYPE, coordinatorKeys: [groupId] }
          : { keyType: GROUP_KEY_TYPE, key: groupId },
    });
    const found = response.coordinators[0] ?? response;
    if (found.errorCode !== ErrorCode.NONE) {
      throw kafkaError(found.errorCode, `coordinator of group ${groupId}`, found.errorMessage);
    }
    this.#cluster.metadata.addNode({ id: found.nodeId, host: found.host, port: found.port });
    this.#nodeId = found.nodeId;
    return found.nodeId;
  }
}
