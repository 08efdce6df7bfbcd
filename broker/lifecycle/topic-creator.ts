import { mustStop } from '../../src/base/assert.ts';
import type { Logger } from '../../src/base/logger.ts';
import { messageOf } from '../../src/base/errors.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf } from '../../src/protocol/message.ts';
import { createTopics } from '../../src/protocol/messages/19-create-topics.ts';
import type { BrokerConfig } from '../config/broker-config.ts';
import type { ControllerChannel } from '../controller/controller-channel.ts';
import { CONSUMER_OFFSETS_TOPIC, TRANSACTION_STATE_TOPIC } from '../metadata/internal-topics.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import type { MetadataWaiters } from './metadata-waiters.ts';

type CreatableTopic = RequestOf<typeof createTopics>['topics'][number];

interface TopicCreatorOptions {
  readonly config: BrokerConfig;
  readonly logger: Logger;
  readonly controller: ControllerChannel;
  readonly waiters: MetadataWaiters;
  readonly image: () => MetadataImage;
}

const CREATE_TOPICS_VERSION = 7;
const CREATION_TIMEOUT_MS = 5000;
/** How long to wait for the leaders of new partitions to show, so that the first answer is already of use. */
const LEADER_TIMEOUT_MS = 1000;

/**
 * Creates topics that are asked for and do not exist. Requests for a topic that is just being created share the one
 * creation.
 */
export class TopicCreator {
  readonly #options: TopicCreatorOptions;
  readonly #creating = new Map<string, Promise<number>>();

  constructor(options: TopicCreatorOptions) {
    this.#options = options;
  }

  /**
   * Resolves with NONE when the topic exists and its partitions have leaders, as far as this broker knows, or with the
   * reason why it was not created.
   */
  create(name: string): Promise<number> {
    let creation = this.#creating.get(name);
    if (creation === undefined) {
      creation = this.#create(name).finally(() => this.#creating.delete(name));
      this.#creating.set(name, creation);
    }
    return creation;
  }

  async #create(name: string): Promise<number> {
    const { controller, logger, waiters } = this.#options;
    try {
      const response = await controller.send(
        createTopics,
        CREATE_TOPICS_VERSION,
        { topics: [this.#topic(name)], timeoutMs: CREATION_TIMEOUT_MS, validateOnly: false },
        { timeoutMs: CREATION_TIMEOUT_MS },
      );
      const errorCode = response.topics[0]?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
      if (errorCode !== ErrorCode.NONE && errorCode !== ErrorCode.TOPIC_ALREADY_EXISTS) {
        const reason = response.topics[0]?.errorMessage;
        logger.warn('a topic could not be created', { topic: name, errorCode, reason });
        return errorCode;
      }
      await waiters.until((image) => hasLeaders(image, name), LEADER_TIMEOUT_MS);
      return ErrorCode.NONE;
    } catch (error) {
      if (mustStop(error)) throw error;
      logger.warn('a topic could not be created', { topic: name, reason: messageOf(error) });
      return ErrorCode.REQUEST_TIMED_OUT;
    }
  }

  #topic(name: string): CreatableTopic {
    if (name === CONSUMER_OFFSETS_TOPIC) return this.#offsetsTopic();
    if (name === TRANSACTION_STATE_TOPIC) return this.#transactionsTopic();
    return { name, numPartitions: -1, replicationFactor: -1, assignments: [], configs: [] };
  }

  #offsetsTopic(): CreatableTopic {
    const { config } = this.#options;
    return {
      name: CONSUMER_OFFSETS_TOPIC,
      numPartitions: config.get('offsets.topic.num.partitions'),
      replicationFactor: this.#replicas(config.get('offsets.topic.replication.factor')),
      assignments: [],
      configs: [
        { name: 'cleanup.policy', value: 'compact' },
        { name: 'compression.type', value: 'producer' },
        { name: 'segment.bytes', value: String(config.get('offsets.topic.segment.bytes')) },
      ],
    };
  }

  #transactionsTopic(): CreatableTopic {
    const { config } = this.#options;
    const replicationFactor = this.#replicas(config.get('transaction.state.log.replication.factor'));
    // With fewer replicas than are to be in sync nothing could ever be written.
    const minIsr = Math.min(config.get('transaction.state.log.min.isr'), replicationFactor);
    return {
      name: TRANSACTION_STATE_TOPIC,
      numPartitions: config.get('transaction.state.log.num.partitions'),
      replicationFactor,
      assignments: [],
      configs: [
        { name: 'cleanup.policy', value: 'compact' },
        { name: 'compression.type', value: 'uncompressed' },
        { name: 'min.insync.replicas', value: String(minIsr) },
        { name: 'segment.bytes', value: String(config.get('transaction.state.log.segment.bytes')) },
        { name: 'unclean.leader.election.enable', value: 'false' },
      ],
    };
  }

  /** As many as are asked for, as far as there are brokers for them. */
  #replicas(wanted: number): number {
    const brokerCount = this.#options.image().brokers.filter((broker) => !broker.fenced).size;
    return Math.max(1, Math.min(wanted, brokerCount));
  }
}

function hasLeaders(image: MetadataImage, name: string): boolean {
  const topic = image.topicsByName.get(name);
  return topic?.partitions.every((partition) => partition.leader >= 0) ?? false;
}
