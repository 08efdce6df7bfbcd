import { OperationalError } from '../../base/errors.ts';
import { ErrorCode } from '../../protocol/error-codes.ts';
import { produce } from '../../protocol/messages/00-produce.ts';
import { BatchBuilder, type FieldInput } from '../../protocol/records/batch-builder.ts';
import { Cluster } from '../cluster/cluster.ts';
import { producerSettings } from '../config/settings.ts';
import { kafkaError } from '../kafka-error.ts';
import type { ProducerIdentity } from '../producer-identity.ts';
import { TransactionRequests } from '../transactions/transaction-requests.ts';
import type { ProducerOptions } from '../types.ts';

/** Of no effect: nothing is written in a transaction. */
const TRANSACTION_TIMEOUT_MS = 60_000;
const SEQUENCES = 2 ** 31;
/** Another one has the name by now. */
const FENCED: ReadonlySet<string> = new Set(['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED']);

interface FencedWriterOptions extends Pick<ProducerOptions, 'bootstrapServers' | 'environment' | 'clientId'> {
  /** The transactional id that those share who write in turn. */
  readonly name: string;
  readonly topic: string;
  readonly partition: number;
  /** For each call. */
  readonly timeoutMs: number;
}

interface WrittenRecord {
  readonly key: FieldInput;
  readonly value: FieldInput;
}

interface WrittenBatch {
  /** Of its first record. */
  readonly offset: number;
  /** Whether the topic was named by its id; otherwise it may be another one of its name. */
  readonly isById: boolean;
}

/**
 * Writes to one partition as the only one of a name. Whoever takes the name gets the next epoch of its producer id; from its first
 * batch on the partition's leader refuses those of earlier epochs, also such as were on their way. Batches are idempotent, and of no
 * transaction: readers of any isolation see them at once, and none of them is ever aborted (KIP-98, KIP-360).
 */
export class FencedWriter {
  readonly #options: FencedWriterOptions;
  readonly #cluster: Cluster;
  readonly #requests: TransactionRequests;
  #identity: ProducerIdentity | undefined;
  #sequence = 0;

  constructor(options: FencedWriterOptions) {
    const { bootstrapServers, environment, clientId, timeoutMs, name } = options;
    const settings = producerSettings({
      bootstrapServers,
      requestTimeoutMs: timeoutMs,
      ...(environment === undefined ? {} : { environment }),
      ...(clientId === undefined ? {} : { clientId }),
    });
    this.#options = options;
    this.#cluster = new Cluster({ settings, allowAutoTopicCreation: false });
    this.#requests = new TransactionRequests(this.#cluster, name);
  }

  /**
   * Takes the name. Those who had it are shut out when the first batch has been written after it.
   * @throws {OperationalError} where the coordinator does not give it within the time.
   */
  async take(): Promise<void> {
    const { timeoutMs } = this.#options;
    this.#identity = undefined;
    await this.#cluster.refresh();
    this.#identity = await this.#requests.initProducerId({
      transactionTimeoutMs: TRANSACTION_TIMEOUT_MS,
      timeoutMs,
    });
    this.#sequence = 0;
  }

  /**
   * Writes records as one batch: all of them or none. One call at a time. After a failure the name has to be taken again: nobody knows
   * what the partition has.
   * @param topicId of the topic that is meant: one that was made anew under its name is not written to, by brokers that know
   * topics by id (KIP-516).
   * @returns where they are, when all in-sync replicas have them.
   * @throws {OperationalError} `PRODUCER_FENCED`, with nothing written, where another one has taken the name; Kafka's name of
   * what else went wrong, where the batch may be written all the same.
   */
  async write(records: readonly WrittenRecord[], topicId: string): Promise<WrittenBatch> {
    const identity = this.#identity;
    if (identity === undefined) throw fenced('the name was not taken');
    const { topic, timeoutMs } = this.#options;
    const batch = this.#batch(records, identity);
    this.#identity = undefined;
    await this.#cluster.topic(topic, timeoutMs);
    try {
      const written = await this.#cluster.retry(`writing to ${topic}`, timeoutMs, () =>
        this.#send(batch, topicId),
      );
      this.#identity = identity;
      this.#sequence = (this.#sequence + records.length) % SEQUENCES;
      return written;
    } catch (error) {
      if (error instanceof OperationalError && FENCED.has(error.code)) throw fenced(error.message);
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#cluster.close();
  }

  #batch(records: readonly WrittenRecord[], identity: ProducerIdentity): Buffer {
    const builder = new BatchBuilder();
    const timestamp = this.#cluster.environment.clock.nowMs();
    for (const { key, value } of records) builder.append(key, value, timestamp);
    return builder.build({ ...identity, baseSequence: this.#sequence });
  }

  async #send(batch: Buffer, topicId: string): Promise<WrittenBatch> {
    const { topic, partition, timeoutMs } = this.#options;
    const leader = this.#cluster.metadata.leaderOf(topic, partition);
    if (leader < 0) {
      this.#cluster.refreshSoon();
      throw kafkaError(ErrorCode.LEADER_NOT_AVAILABLE, topic);
    }
    const partitionData = [{ index: partition, records: batch }];
    const { responses } = await this.#cluster.send(leader, 'produce', {
      api: produce,
      body: {
        transactionalId: null,
        acks: -1,
        timeoutMs,
        topicData: [{ name: topic, topicId, partitionData }],
      },
    });
    const [answered] = responses;
    const answer = answered?.partitionResponses[0];
    if (answer === undefined) throw kafkaError(ErrorCode.UNKNOWN_SERVER_ERROR, topic);
    if (answer.errorCode === ErrorCode.NONE) {
      return { offset: answer.baseOffset, isById: answered?.topicId === topicId };
    }
    this.#cluster.refreshSoon();
    const { code, message, retriable } = kafkaError(answer.errorCode, topic, answer.errorMessage);
    // Whoever writes knows better than the metadata whether the topic is still the same.
    throw new OperationalError(code, message, { retriable: retriable && !GONE.has(code) });
  }
}

const GONE: ReadonlySet<string> = new Set(['UNKNOWN_TOPIC_ID', 'UNKNOWN_TOPIC_OR_PARTITION']);

function fenced(message: string): OperationalError {
  return new OperationalError('PRODUCER_FENCED', message, { retriable: true });
}
