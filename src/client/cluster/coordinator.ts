import { OperationalError } from '../../base/errors.ts';
import { ErrorCode } from '../../protocol/error-codes.ts';
import { findCoordinator } from '../../protocol/messages/10-find-coordinator.ts';
import type { Call } from '../connection/broker-channel.ts';
import { kafkaError } from '../kafka-error.ts';
import type { Cluster } from './cluster.ts';

/** FindCoordinator's key types. */
const KEY_TYPES = { group: 0, transaction: 1 } as const;

/** Version 0 finds coordinators of groups only. */
const KEY_TYPES_FROM = 1;

/** From version 4 on several keys are asked for at once (KIP-699). */
const BATCHED_FROM = 4;

/** Errors that say that another broker is the coordinator, or that this one cannot now. */
const MOVED = new Set<number>([ErrorCode.NOT_COORDINATOR, ErrorCode.COORDINATOR_NOT_AVAILABLE]);

type CoordinatorPurpose = 'group' | 'join' | 'transaction';

/** Finds a coordinator and brings requests to it. */
class Coordinator {
  readonly #cluster: Cluster;
  readonly #kind: keyof typeof KEY_TYPES;
  readonly #key: string;
  #nodeId = -1;
  #finding: Promise<number> | undefined;

  constructor(cluster: Cluster, kind: keyof typeof KEY_TYPES, key: string) {
    this.#cluster = cluster;
    this.#kind = kind;
    this.#key = key;
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
  async send<In, Out>(call: Call<In, Out>, purpose: CoordinatorPurpose = this.#kind): Promise<Out> {
    const nodeId = await this.find();
    try {
      return await this.#cluster.send(nodeId, purpose, call);
    } catch (error) {
      if (error instanceof OperationalError && error.retriable) this.forget();
      throw error;
    }
  }

  async #find(): Promise<number> {
    const keyType = KEY_TYPES[this.#kind];
    const response = await this.#cluster.sendToAny({
      api: findCoordinator,
      body: (version) => {
        if (version >= BATCHED_FROM) return { keyType, coordinatorKeys: [this.#key] };
        return version >= KEY_TYPES_FROM ? { keyType, key: this.#key } : { key: this.#key };
      },
    });
    const found = response.coordinators[0] ?? response;
    if (found.errorCode !== ErrorCode.NONE) {
      throw kafkaError(found.errorCode, `coordinator of ${this.#kind} ${this.#key}`, found.errorMessage);
    }
    this.#cluster.metadata.addNode({ id: found.nodeId, host: found.host, port: found.port });
    this.#nodeId = found.nodeId;
    return found.nodeId;
  }
}

/** The coordinator of one group. */
export class GroupCoordinator extends Coordinator {
  readonly groupId: string;

  constructor(cluster: Cluster, groupId: string) {
    super(cluster, 'group', groupId);
    this.groupId = groupId;
  }
}

/** The coordinator of one transactional id. */
export class TransactionCoordinator extends Coordinator {
  readonly transactionalId: string;
  readonly #cluster: Cluster;

  constructor(cluster: Cluster, transactionalId: string) {
    super(cluster, 'transaction', transactionalId);
    this.transactionalId = transactionalId;
    this.#cluster = cluster;
  }

  /** The level of a feature that the cluster has finalized, by the connection to the coordinator; undefined while there is none. */
  finalizedLevel(feature: string): number | undefined {
    return this.#cluster.channel(this.nodeId, 'transaction')?.ready?.versions.finalizedLevel(feature);
  }
}
