import { OperationalError } from '../../base/errors.ts';
import { ErrorCode } from '../../protocol/error-codes.ts';
import { initProducerId } from '../../protocol/messages/22-init-producer-id.ts';
import { addPartitionsToTxn } from '../../protocol/messages/24-add-partitions-to-txn.ts';
import { addOffsetsToTxn } from '../../protocol/messages/25-add-offsets-to-txn.ts';
import { endTxn } from '../../protocol/messages/26-end-txn.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { GroupCoordinator, TransactionCoordinator } from '../cluster/coordinator.ts';
import { commitOffsetsInTransaction } from '../cluster/group-offsets.ts';
import { Backoff } from '../connection/backoff.ts';
import { kafkaError } from '../kafka-error.ts';
import type { ProducerIdentity } from '../producer-identity.ts';
import { groupByTopic } from '../topic-partitions.ts';
import type { ConsumerGroupMetadata, OffsetAndMetadata, TopicPartition } from '../types.ts';

/**
 * How transactions work: `1` adds partitions and groups to them by requests; under `2` writing adds them, and each
 * transaction has an epoch of its own (KIP-890).
 */
export type TransactionVersion = 1 | 2;

/** The feature whose finalized level says which {@link TransactionVersion} a cluster has. */
const FEATURE = 'transaction.version';

/** A producer may tell who it was, and go on as that, from here on (KIP-360). */
const IDENTITY_FROM = 3;
/** From here on AddPartitionsToTxn is for brokers. */
const ADD_PARTITIONS_MAX = 3;
/** The highest versions of the first protocol; later ones are the second. */
const END_TXN_MAX = { 1: 4, 2: 5 } as const satisfies Record<TransactionVersion, number>;
/** Version 6 names topics by their id. */
const OFFSET_COMMIT_MAX = { 1: 4, 2: 5 } as const satisfies Record<TransactionVersion, number>;

/**
 * The transaction before is being completed: its markers are written within milliseconds, unless a broker is gone. Others
 * wait for it, so it is asked for sooner than what has failed.
 */
export const CONCURRENT_PAUSE_MS = { firstMs: 2, lastMs: 20 } as const;

/** What brokers said before there was PRODUCER_FENCED. */
const FENCED: ReadonlySet<number> = new Set([ErrorCode.INVALID_PRODUCER_EPOCH, ErrorCode.PRODUCER_FENCED]);

/** A transaction that is open. */
interface OpenTransaction {
  readonly identity: ProducerIdentity;
  readonly version: TransactionVersion;
}

/**
 * The requests about the transactions of one id, to its coordinator and to those of groups: each is tried again as long as
 * that may help, and within its time, and rejects with Kafka's name of what went wrong.
 */
export class TransactionRequests {
  readonly #cluster: Cluster;
  readonly #coordinator: TransactionCoordinator;
  readonly #groups = new Map<string, GroupCoordinator>();
  readonly #concurrentPause: Backoff;
  #version: TransactionVersion = 1;

  constructor(cluster: Cluster, transactionalId: string) {
    this.#cluster = cluster;
    this.#coordinator = new TransactionCoordinator(cluster, transactionalId);
    this.#concurrentPause = new Backoff(cluster.environment.random, CONCURRENT_PAUSE_MS);
  }

  /** How transactions work now, as far as the last connection to the coordinator told. */
  get version(): TransactionVersion {
    const level = this.#coordinator.finalizedLevel(FEATURE);
    if (level !== undefined) this.#version = level >= 2 ? 2 : 1;
    return this.#version;
  }

  /**
   * Asks for an identity: fences who had the id before.
   * @param options.used its identity so far, where a producer goes on with another epoch: then nobody else is fenced.
   */
  initProducerId(options: {
    readonly transactionTimeoutMs: number;
    readonly used?: ProducerIdentity | undefined;
    readonly timeoutMs: number;
  }): Promise<ProducerIdentity> {
    const { transactionTimeoutMs, used, timeoutMs } = options;
    return this.#retry('initializing transactions', timeoutMs, async () => {
      const { transactionalId } = this.#coordinator;
      const { errorCode, producerId, producerEpoch } = await this.#coordinator.send({
        api: initProducerId,
        body: (version) => {
          if (used === undefined) return { transactionalId, transactionTimeoutMs };
          if (version < IDENTITY_FROM) throw tooOld();
          return { transactionalId, transactionTimeoutMs, ...used };
        },
      });
      this.#check(errorCode);
      return { producerId, producerEpoch };
    });
  }

  addPartitions(
    identity: ProducerIdentity,
    partitions: readonly TopicPartition[],
    timeoutMs: number,
  ): Promise<void> {
    return this.#retry('adding partitions to the transaction', timeoutMs, async () => {
      const { resultsByTopicV3AndBelow } = await this.#coordinator.send({
        api: addPartitionsToTxn,
        versionMax: ADD_PARTITIONS_MAX,
        body: {
          v3AndBelowTransactionalId: this.#coordinator.transactionalId,
          v3AndBelowProducerId: identity.producerId,
          v3AndBelowProducerEpoch: identity.producerEpoch,
          v3AndBelowTopics: groupByTopic(partitions).map(({ topic, items }) => ({
            name: topic,
            partitions: items.map(({ partition }) => partition),
          })),
        },
      });
      const codes = resultsByTopicV3AndBelow
        .flatMap(({ resultsByPartition }) => resultsByPartition)
        .map(({ partitionErrorCode }) => partitionErrorCode)
        .filter((code) => code !== ErrorCode.NONE);
      // Where one is refused the others are not tried.
      const reason = codes.find((code) => code !== ErrorCode.OPERATION_NOT_ATTEMPTED) ?? codes[0];
      this.#check(reason ?? ErrorCode.NONE);
    });
  }

  /** Adds the offsets of a group to the transaction. */
  addGroup(identity: ProducerIdentity, groupId: string, timeoutMs: number): Promise<void> {
    return this.#retry(`adding group ${groupId} to the transaction`, timeoutMs, async () => {
      const { transactionalId } = this.#coordinator;
      const { errorCode } = await this.#coordinator.send({
        api: addOffsetsToTxn,
        body: { transactionalId, ...identity, groupId },
      });
      this.#check(errorCode);
    });
  }

  commitOffsets(
    { identity, version }: OpenTransaction,
    group: ConsumerGroupMetadata,
    offsets: readonly OffsetAndMetadata[],
    timeoutMs: number,
  ): Promise<void> {
    const { transactionalId } = this.#coordinator;
    const transaction = { transactionalId, identity, versionMax: OFFSET_COMMIT_MAX[version] };
    return this.#retry('committing offsets in the transaction', timeoutMs, async () => {
      try {
        await commitOffsetsInTransaction(this.#groupOf(group.groupId), transaction, group, offsets);
      } catch (error) {
        throw offsetsRefused(error);
      }
    });
  }

  /** Ends the transaction; answers the identity for the next one. */
  end(
    { identity, version }: OpenTransaction,
    { commit, timeoutMs }: { readonly commit: boolean; readonly timeoutMs: number },
  ): Promise<ProducerIdentity> {
    const what = `${commit ? 'committing' : 'aborting'} the transaction`;
    return this.#retry(what, timeoutMs, async () => {
      const { errorCode, producerId, producerEpoch } = await this.#coordinator.send({
        api: endTxn,
        versionMax: END_TXN_MAX[version],
        body: { transactionalId: this.#coordinator.transactionalId, ...identity, committed: commit },
      });
      this.#check(errorCode);
      return producerId < 0 ? identity : { producerId, producerEpoch };
    });
  }

  #groupOf(groupId: string): GroupCoordinator {
    const known = this.#groups.get(groupId) ?? new GroupCoordinator(this.#cluster, groupId);
    this.#groups.set(groupId, known);
    return known;
  }

  #check(errorCode: number): void {
    if (errorCode === ErrorCode.NONE) return;
    this.#coordinator.movedBy(errorCode);
    const code = FENCED.has(errorCode) ? ErrorCode.PRODUCER_FENCED : errorCode;
    throw kafkaError(code, `transactional id ${this.#coordinator.transactionalId}`);
  }

  #retry<T>(what: string, timeoutMs: number, attempt: () => Promise<T>): Promise<T> {
    return this.#cluster.retry(
      `${what} of ${this.#coordinator.transactionalId}`,
      Math.max(0, timeoutMs),
      attempt,
      ({ code }, failures) =>
        code === 'CONCURRENT_TRANSACTIONS' ? this.#concurrentPause.delayMs(failures) : undefined,
    );
  }
}

/** Errors that say that the group has moved on without the member whose offsets they are. */
const LEFT_BEHIND: ReadonlySet<string> = new Set([
  'UNKNOWN_MEMBER_ID',
  'ILLEGAL_GENERATION',
  'STALE_MEMBER_EPOCH',
  'FENCED_MEMBER_EPOCH',
  'FENCED_INSTANCE_ID',
  'GROUP_ID_NOT_FOUND',
]);

function offsetsRefused(error: unknown): unknown {
  if (!(error instanceof OperationalError)) return error;
  const { code, message } = error;
  if (code === 'INVALID_PRODUCER_EPOCH') {
    return new OperationalError('PRODUCER_FENCED', message, { retriable: false, cause: error });
  }
  if (!LEFT_BEHIND.has(code)) return error;
  const why = `${message}; the group may have given its partitions to another member`;
  return new OperationalError('COMMIT_FAILED', why, { retriable: false, cause: error });
}

function tooOld(): OperationalError {
  return new OperationalError(
    'UNSUPPORTED_VERSION',
    'the producer cannot go on after a failure: the brokers are older than 2.5 (KIP-360)',
    { retriable: false },
  );
}
