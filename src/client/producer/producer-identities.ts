import { ErrorCode } from '../../protocol/error-codes.ts';
import { initProducerId } from '../../protocol/messages/22-init-producer-id.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { kafkaError } from '../kafka-error.ts';
import type { ProducerIdentity } from '../producer-identity.ts';

/** Where the batches of a producer get their identity. */
export interface ProducerIdentities {
  /** Undefined while there is none. */
  readonly current: ProducerIdentity | undefined;
  /** Whether partitions that have written under it go on under another one. */
  isOver(used: ProducerIdentity): boolean;
  /** The identity with which a partition goes on whose sequence is broken; undefined while there is none. */
  after(used: ProducerIdentity): ProducerIdentity | undefined;
  /** The identity with which a partition goes on where the brokers no longer accept `used`; undefined while there is none. */
  replaced(used: ProducerIdentity): ProducerIdentity | undefined;
  /** Lets partitions that are new from now on begin under another identity than those of before. */
  renew(): void;
  /** Why no identity can be had, once; the next look at {@link current} asks again. */
  takeFailure(): Error | undefined;
}

const EPOCH_MAX = 0x7fff;

/** Ignored without a transactional id. */
const NO_TRANSACTION_TIMEOUT_MS = 0x7fffffff;

/** The identity of an idempotent producer, and how it gets another one. */
export class IdempotentIdentities implements ProducerIdentities {
  readonly #cluster: Cluster;
  #current: ProducerIdentity | undefined;
  #asking = false;
  #failure: Error | undefined;
  readonly #onChange: () => void;

  constructor(cluster: Cluster, onChange: () => void) {
    this.#cluster = cluster;
    this.#onChange = onChange;
  }

  /** Undefined while it is asked for; `onChange` tells when to look again. */
  get current(): ProducerIdentity | undefined {
    if (this.#current === undefined) this.#ask();
    return this.#current;
  }

  /** Each partition goes on under its own until its sequence breaks. */
  isOver(): boolean {
    return false;
  }

  takeFailure(): Error | undefined {
    const failure = this.#failure;
    this.#failure = undefined;
    return failure;
  }

  /**
   * Another identity than `used`, for a partition whose sequence is broken: the next epoch of the same id, which an
   * idempotent producer may take by itself (KIP-360), or another id when the epochs are used up.
   */
  after(used: ProducerIdentity): ProducerIdentity | undefined {
    const current = this.#current;
    if (current !== undefined && current !== used) return current;
    if (used.producerEpoch >= EPOCH_MAX - 1) return this.replaced(used);
    this.#current = { producerId: used.producerId, producerEpoch: used.producerEpoch + 1 };
    return this.#current;
  }

  renew(): void {
    if (this.#current !== undefined) this.after(this.#current);
  }

  /** Another identity than `used`, which the brokers no longer accept; undefined while it is asked for. */
  replaced(used: ProducerIdentity): ProducerIdentity | undefined {
    if (this.#current === used) this.#current = undefined;
    return this.current;
  }

  #ask(): void {
    if (this.#asking || this.#cluster.closed) return;
    this.#asking = true;
    this.#cluster
      .retry('getting a producer id', this.#cluster.settings.requestTimeoutMs, async () => {
        const response = await this.#cluster.sendToAny({
          api: initProducerId,
          body: { transactionalId: null, transactionTimeoutMs: NO_TRANSACTION_TIMEOUT_MS },
        });
        if (response.errorCode !== ErrorCode.NONE)
          throw kafkaError(response.errorCode, 'getting a producer id');
        return { producerId: response.producerId, producerEpoch: response.producerEpoch };
      })
      .then(
        (identity) => {
          this.#current = identity;
        },
        (error: unknown) => {
          this.#failure = error instanceof Error ? error : new Error(String(error));
        },
      )
      .finally(() => {
        this.#asking = false;
        this.#onChange();
      })
      .catch(() => {});
  }
}
