import { type List, Map as ImmutableMap } from 'immutable';

/**
 * The whole of the cluster's metadata at one offset of `__cluster_metadata`. Immutable: a handler that holds one reads
 * a consistent snapshot, and two images share all that did not change between them.
 */
export interface MetadataImage {
  /** Offset of the last record applied, -1 when there is none. */
  readonly offset: number;
  /** Leader epoch of that record. */
  readonly epoch: number;
  readonly brokers: ImmutableMap<number, BrokerRegistration>;
  readonly topicsByName: ImmutableMap<string, TopicImage>;
  readonly topicsById: ImmutableMap<string, TopicImage>;
  /** Overrides per resource, keyed by {@link configKey}. */
  readonly configs: ImmutableMap<string, ImmutableMap<string, string>>;
  /** First producer id that has not been given out. */
  readonly nextProducerId: number;
  /** Finalized feature levels, such as `metadata.version`. */
  readonly features: ImmutableMap<string, number>;
}

export interface TopicImage {
  readonly name: string;
  /** A uuid in Kafka's 22-character form. */
  readonly id: string;
  readonly partitions: List<PartitionRegistration>;
}

/** One partition as the controller knows it; frozen. */
export interface PartitionRegistration {
  /** In order of preference. */
  readonly replicas: readonly number[];
  /** Log directory ids, parallel to {@link replicas}. */
  readonly directories: readonly string[];
  readonly isr: readonly number[];
  readonly addingReplicas: readonly number[];
  readonly removingReplicas: readonly number[];
  /** Eligible leader replicas (KIP-966): out of the ISR, yet known to hold everything below the high watermark. */
  readonly elr: readonly number[];
  /** The leader that the partition had when ISR and ELR went empty, at most one. */
  readonly lastKnownElr: readonly number[];
  /** -1 while there is none. */
  readonly leader: number;
  readonly leaderEpoch: number;
  /** Grows by one with every change of the partition. */
  readonly partitionEpoch: number;
  /** True after an unclean election until the leader has recovered. */
  readonly recovering: boolean;
}

interface BrokerEndpoint {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** 0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL */
  readonly securityProtocol: number;
}

/** One broker as registered; frozen. */
export interface BrokerRegistration {
  readonly id: number;
  /** Offset of the registration record. */
  readonly epoch: number;
  /** Chosen anew by each start of the process. */
  readonly incarnationId: string;
  readonly endpoints: readonly BrokerEndpoint[];
  readonly features: ReadonlyMap<string, { readonly min: number; readonly max: number }>;
  readonly rack: string | null;
  /** A fenced broker leads nothing, is in no ISR and is not shown to clients. */
  readonly fenced: boolean;
  readonly inControlledShutdown: boolean;
  readonly directories: readonly string[];
}

export const EMPTY_IMAGE: MetadataImage = Object.freeze({
  offset: -1,
  epoch: 0,
  brokers: ImmutableMap<number, BrokerRegistration>(),
  topicsByName: ImmutableMap<string, TopicImage>(),
  topicsById: ImmutableMap<string, TopicImage>(),
  configs: ImmutableMap<string, ImmutableMap<string, string>>(),
  nextProducerId: 0,
  features: ImmutableMap<string, number>(),
});

/** Kafka's `ConfigResource.Type`. */
export const ConfigResourceType = {
  TOPIC: 2,
  BROKER: 4,
  BROKER_LOGGER: 8,
  CLIENT_METRICS: 16,
  GROUP: 32,
} as const;

/** Key of a resource in {@link MetadataImage.configs}; the name `''` of type BROKER is the cluster-wide default. */
export function configKey(resourceType: number, resourceName: string): string {
  return `${resourceType}:${resourceName}`;
}

/** The resource that {@link configKey} has made a key of. */
export function configResourceOf(key: string): {
  readonly resourceType: number;
  readonly resourceName: string;
} {
  const at = key.indexOf(':');
  return { resourceType: Number(key.slice(0, at)), resourceName: key.slice(at + 1) };
}

const NO_CONFIGS = ImmutableMap<string, string>();

/** The overrides set for one resource, without defaults. */
export function configsOf(
  image: MetadataImage,
  resourceType: number,
  resourceName: string,
): ImmutableMap<string, string> {
  return image.configs.get(configKey(resourceType, resourceName)) ?? NO_CONFIGS;
}

export function partitionOf(
  image: MetadataImage,
  topic: string,
  partition: number,
): PartitionRegistration | undefined {
  return image.topicsByName.get(topic)?.partitions.get(partition < 0 ? Number.MAX_SAFE_INTEGER : partition);
}
