import { messageOf } from '../../src/base/errors.ts';
import type { Logger } from '../../src/base/logger.ts';
import type { GroupCoordinatorPartitions, GroupTopics } from '../coordinators/group/group-requests.ts';
import type { MetadataDelta } from '../metadata/metadata-delta.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import type { MetadataPublisher } from '../metadata/metadata-publisher.ts';
import type { LeadershipListener } from '../replication/replica-manager.ts';
import type { CoordinatorTopic } from './coordinator-topic.ts';
import { CONSUMER_OFFSETS_TOPIC } from '../metadata/internal-topics.ts';

/** What the group coordinator must know of topics, from the metadata. */
export function groupTopics(image: () => MetadataImage): GroupTopics {
  return {
    hasPartition: (topic, partition) =>
      partition >= 0 && image().topicsByName.get(topic)?.partitions.has(partition) === true,
    topicId: (topic) => image().topicsByName.get(topic)?.id,
    offsetsTopicPartitions: () => image().topicsByName.get(CONSUMER_OFFSETS_TOPIC)?.partitions.size,
    topicName: (topicId) => image().topicsById.get(topicId)?.name,
  };
}

interface GroupCoordinationOptions {
  readonly logger: Logger;
  /** `__consumer_offsets` */
  readonly offsets: Pick<CoordinatorTopic, 'batches'>;
  readonly groups: GroupCoordinatorPartitions;
}

/** Tells the group coordinator which groups are its own, as leaderships come and go, and which topics are gone. */
export class GroupCoordination implements LeadershipListener, MetadataPublisher {
  readonly #options: GroupCoordinationOptions;

  constructor(options: GroupCoordinationOptions) {
    this.#options = options;
  }

  onLead(topic: string, partition: number): void {
    if (topic !== CONSUMER_OFFSETS_TOPIC) return;
    const { groups, offsets, logger } = this.#options;
    groups.load(partition, offsets.batches(partition)).catch((error: unknown) => {
      logger.error('groups could not be loaded', { partition, reason: messageOf(error), error });
    });
  }

  onResign(topic: string, partition: number): void {
    if (topic === CONSUMER_OFFSETS_TOPIC) this.#options.groups.unload(partition);
  }

  onUpdate(delta: MetadataDelta): void {
    if (delta.deletedTopics.size === 0) return;
    const names = [...delta.deletedTopics.values()].map(({ name }) => name);
    const { groups, logger } = this.#options;
    groups.onTopicsDeleted(names).catch((error: unknown) => {
      logger.warn('offsets of deleted topics could not be removed', { topics: names, error });
    });
  }
}
