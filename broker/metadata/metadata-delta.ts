import { Map as ImmutableMap } from 'immutable';
import { assertDefined, unreachable } from '../../src/base/assert.ts';
import {
  type BrokerRegistration,
  ConfigResourceType,
  configKey,
  configResourceOf,
  type MetadataImage,
  type TopicImage,
} from './metadata-image.ts';
import type {
  BrokerRegistrationChangeRecord,
  ClearElrRecord,
  ConfigRecord,
  MetadataRecord,
  PartitionChangeRecord,
  PartitionRecord,
  RegisterBrokerRecord,
} from './metadata-record.ts';
import { applyPartitionChange, newPartition } from './partition-change.ts';
import { TopicDelta } from './topic-delta.ts';

export { TopicDelta } from './topic-delta.ts';

/**
 * What a run of records changes in an image: collects them and makes the next image. What changed can be asked for
 * without comparing the images. The cost is that of the change, whatever the size of the cluster.
 */
export class MetadataDelta {
  /** The image that the delta starts from. */
  readonly image: MetadataImage;
  readonly #topics = new Map<string, TopicDelta>();
  readonly #topicIdsByName = new Map<string, string>();
  readonly #deletedTopics = new Map<string, TopicImage>();
  readonly #removedTopicIds = new Set<string>();
  readonly #removedTopicNames = new Set<string>();
  readonly #brokers = new Map<number, BrokerRegistration | null>();
  readonly #configs = new Map<string, ConfigDelta>();
  readonly #features = new Map<string, number>();
  #nextProducerId: number | undefined;

  constructor(image: MetadataImage) {
    this.image = image;
  }

  /** Topics created or changed, by id. */
  get topics(): ReadonlyMap<string, TopicDelta> {
    return this.#topics;
  }

  /** Topics of {@link image} that are gone, by id. */
  get deletedTopics(): ReadonlyMap<string, TopicImage> {
    return this.#deletedTopics;
  }

  /** Ids of all topics that a record removed, those included that were made in this very delta. */
  get removedTopicIds(): ReadonlySet<string> {
    return this.#removedTopicIds;
  }

  /** Names of {@link removedTopicIds}. */
  get removedTopicNames(): ReadonlySet<string> {
    return this.#removedTopicNames;
  }

  /** Brokers registered or changed; null for one that is gone. */
  get brokers(): ReadonlyMap<number, BrokerRegistration | null> {
    return this.#brokers;
  }

  /** Config resources with a change, by `configKey`. */
  get configs(): ReadonlyMap<string, ConfigDelta> {
    return this.#configs;
  }

  get features(): ReadonlyMap<string, number> {
    return this.#features;
  }

  /** The first unused producer id, when it changed. */
  get nextProducerId(): number | undefined {
    return this.#nextProducerId;
  }

  replay(record: MetadataRecord): void {
    switch (record.type) {
      case 'RegisterBrokerRecord':
        return this.#registerBroker(record.data);
      case 'UnregisterBrokerRecord':
        this.#brokers.set(record.data.brokerId, null);
        return;
      case 'BrokerRegistrationChangeRecord':
        return this.#changeBroker(record.data);
      case 'FenceBrokerRecord':
        return this.#updateBroker(record.data.id, { fenced: true });
      case 'UnfenceBrokerRecord':
        return this.#updateBroker(record.data.id, { fenced: false });
      case 'TopicRecord':
        this.#topics.set(record.data.topicId, new TopicDelta(record.data.topicId, record.data.name, null));
        this.#topicIdsByName.set(record.data.name, record.data.topicId);
        return;
      case 'RemoveTopicRecord':
        return this.#removeTopic(record.data.topicId);
      case 'PartitionRecord':
        return this.#addPartition(record.data);
      case 'PartitionChangeRecord':
        return this.#changePartition(record.data);
      case 'ConfigRecord':
        return this.#changeConfig(record.data);
      case 'FeatureLevelRecord':
        this.#features.set(record.data.name, record.data.featureLevel);
        return;
      case 'ProducerIdsRecord':
        this.#nextProducerId = record.data.nextProducerId;
        return;
      case 'ClearElrRecord':
        return this.#clearElr(record.data);
      case 'NoOpRecord':
        return;
      default:
        return unreachable(record);
    }
  }

  /** Takes over all of `image`, for one who has seen nothing yet. */
  adopt(image: MetadataImage): void {
    for (const [id, broker] of image.brokers) this.#brokers.set(id, broker);
    for (const [id, topic] of image.topicsById) {
      const delta = new TopicDelta(id, topic.name, null);
      topic.partitions.forEach((partition, index) => delta.partitions.set(index, partition));
      this.#topics.set(id, delta);
    }
    for (const [key, configs] of image.configs) {
      const resource = configResourceOf(key);
      for (const [name, value] of configs) this.#changeConfig({ ...resource, name, value });
    }
    for (const [name, level] of image.features) this.#features.set(name, level);
    this.#nextProducerId = image.nextProducerId;
  }

  /** The image after the records replayed so far, of which the last has this offset and epoch. */
  build(last: { readonly offset: number; readonly epoch: number }): MetadataImage {
    const { image } = this;
    return Object.freeze({
      offset: last.offset,
      epoch: last.epoch,
      brokers: withChanges(image.brokers, this.#brokers),
      ...this.#buildTopics(),
      configs: this.#buildConfigs(),
      nextProducerId: this.#nextProducerId ?? image.nextProducerId,
      features: image.features.withMutations((features) => {
        for (const [name, level] of this.#features) {
          if (level === 0) features.delete(name);
          else features.set(name, level);
        }
      }),
    });
  }

  #registerBroker(data: RegisterBrokerRecord): void {
    this.#brokers.set(
      data.brokerId,
      Object.freeze({
        id: data.brokerId,
        epoch: data.brokerEpoch,
        incarnationId: data.incarnationId,
        endpoints: data.endPoints,
        features: new Map(
          data.features.map((f) => [f.name, { min: f.minSupportedVersion, max: f.maxSupportedVersion }]),
        ),
        rack: data.rack,
        fenced: data.fenced,
        inControlledShutdown: data.inControlledShutdown,
        directories: data.logDirs,
      }),
    );
  }

  #changeBroker(data: BrokerRegistrationChangeRecord): void {
    this.#updateBroker(data.brokerId, {
      ...(data.fenced === 0 ? {} : { fenced: data.fenced > 0 }),
      ...(data.inControlledShutdown === 0 ? {} : { inControlledShutdown: true }),
      ...(data.logDirs.length === 0 ? {} : { directories: data.logDirs }),
    });
  }

  #updateBroker(id: number, change: Partial<BrokerRegistration>): void {
    const changed = this.#brokers.get(id);
    const broker = changed === undefined ? this.image.brokers.get(id) : changed;
    const known = assertDefined(broker, `metadata: broker ${id} changes before it registers`);
    this.#brokers.set(id, Object.freeze({ ...known, ...change }));
  }

  #topic(id: string): TopicDelta {
    const changed = this.#topics.get(id);
    if (changed !== undefined) return changed;
    const topic = assertDefined(
      this.image.topicsById.get(id),
      `metadata: topic ${id} changes before it exists`,
    );
    const delta = new TopicDelta(id, topic.name, topic);
    this.#topics.set(id, delta);
    return delta;
  }

  #addPartition(data: PartitionRecord): void {
    this.#topic(data.topicId).partitions.set(data.partitionId, newPartition(data));
  }

  #changePartition(data: PartitionChangeRecord): void {
    const topic = this.#topic(data.topicId);
    const partition = assertDefined(
      topic.partition(data.partitionId),
      `metadata: partition ${data.partitionId} of ${topic.name} changes before it exists`,
    );
    topic.partitions.set(data.partitionId, applyPartitionChange(partition, data));
  }

  /** A topic that was created in this very delta vanishes without a trace. */
  #removeTopic(id: string): void {
    const name = this.#topic(id).name;
    this.#topics.delete(id);
    this.#removedTopicIds.add(id);
    this.#removedTopicNames.add(name);
    if (this.#topicIdsByName.get(name) === id) this.#topicIdsByName.delete(name);
    const existing = this.image.topicsById.get(id);
    if (existing !== undefined) this.#deletedTopics.set(id, existing);
    this.#removeConfigs(ConfigResourceType.TOPIC, name);
  }

  /** A topic's overrides go with it; a topic of the same name starts without them. */
  #removeConfigs(resourceType: number, resourceName: string): void {
    const key = configKey(resourceType, resourceName);
    const names = [
      ...(this.image.configs.get(key)?.keys() ?? []),
      ...(this.#configs.get(key)?.changes.keys() ?? []),
    ];
    for (const name of names) this.#changeConfig({ resourceType, resourceName, name, value: null });
  }

  #changeConfig(data: ConfigRecord): void {
    const key = configKey(data.resourceType, data.resourceName);
    let delta = this.#configs.get(key);
    if (delta === undefined) {
      delta = { resourceType: data.resourceType, resourceName: data.resourceName, changes: new Map() };
      this.#configs.set(key, delta);
    }
    delta.changes.set(data.name, data.value);
  }

  #clearElr(data: ClearElrRecord): void {
    const name = data.topicName;
    const one = this.#topicIdsByName.get(name) ?? this.image.topicsByName.get(name)?.id;
    const ids =
      name === ''
        ? [...this.image.topicsById.keys(), ...this.#topics.keys()]
        : one === undefined
          ? []
          : [one];
    for (const id of new Set(ids)) {
      if (this.#deletedTopics.has(id)) continue;
      const topic = this.#topic(id);
      for (const [index, partition] of topic.all()) {
        if (partition.elr.length === 0 && partition.lastKnownElr.length === 0) continue;
        topic.partitions.set(index, Object.freeze({ ...partition, elr: [], lastKnownElr: [] }));
      }
    }
  }

  #buildTopics(): Pick<MetadataImage, 'topicsByName' | 'topicsById'> {
    const { image } = this;
    if (this.#topics.size === 0 && this.#deletedTopics.size === 0) {
      return { topicsByName: image.topicsByName, topicsById: image.topicsById };
    }
    const byName = image.topicsByName.asMutable();
    const byId = image.topicsById.asMutable();
    for (const [id, topic] of this.#deletedTopics) {
      byName.delete(topic.name);
      byId.delete(id);
    }
    for (const delta of this.#topics.values()) {
      const topic = delta.build();
      byName.set(topic.name, topic);
      byId.set(topic.id, topic);
    }
    return { topicsByName: byName.asImmutable(), topicsById: byId.asImmutable() };
  }

  #buildConfigs(): MetadataImage['configs'] {
    return this.image.configs.withMutations((configs) => {
      for (const [key, delta] of this.#configs) {
        const next = withChanges(configs.get(key) ?? ImmutableMap<string, string>(), delta.changes);
        if (next.size === 0) configs.delete(key);
        else configs.set(key, next);
      }
    });
  }
}

/** What changed in the overrides of one config resource. */
interface ConfigDelta {
  readonly resourceType: number;
  readonly resourceName: string;
  /** New values by name; null for an override that is gone. */
  readonly changes: Map<string, string | null>;
}

function withChanges<K, V>(map: ImmutableMap<K, V>, changes: ReadonlyMap<K, V | null>): ImmutableMap<K, V> {
  if (changes.size === 0) return map;
  return map.withMutations((mutable) => {
    for (const [key, value] of changes) {
      if (value === null) mutable.delete(key);
      else mutable.set(key, value);
    }
  });
}
