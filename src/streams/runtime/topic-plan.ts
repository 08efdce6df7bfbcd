import { DiagnosticError } from '../../base/errors.ts';
import type { StoreDefinition } from '../state/store-definition.ts';
import type { Subtopology } from '../topology/subtopologies.ts';
import type { Topology } from '../topology/topology.ts';

/** A task: one sub-topology for one partition. */
export interface TaskPlan {
  readonly id: string;
  readonly subtopology: Subtopology;
  readonly partition: number;
  /** Partitions that it reads, by topic as on the broker. */
  readonly inputs: readonly { readonly topic: string; readonly partition: number }[];
}

interface InternalTopic {
  readonly name: string;
  readonly partitions: number;
  readonly configs: Readonly<Record<string, string>>;
}

/** What has to exist on the broker for a topology, and the tasks that it runs as. */
export interface TopicPlan {
  /** Partitions of the topics that others write to, as they were when this was planned. */
  readonly sources: ReadonlyMap<string, number>;
  readonly tasks: readonly TaskPlan[];
  readonly internalTopics: readonly InternalTopic[];
}

/** The name on the broker of a topic of the topology: internal ones carry the application's prefix. */
export function brokerTopicName(topology: Topology, applicationId: string): (name: string) => string {
  return (name) => (topology.repartitionTopics.has(name) ? `${applicationId}-${name}` : name);
}

/** The name on the broker of the topic that backs up a store. */
export function changelogTopicName(applicationId: string, store: string): string {
  return `${applicationId}-${store}-changelog`;
}

/** Names on the broker of all topics that an application makes for itself: of repartitions and of changelogs. */
export function internalTopicNames(topology: Topology, applicationId: string): readonly string[] {
  const logged = [...topology.stores].filter(([, { loggingEnabled }]) => loggingEnabled);
  return [
    ...[...topology.repartitionTopics.keys()].map(brokerTopicName(topology, applicationId)),
    ...logged.map(([store]) => changelogTopicName(applicationId, store)),
  ];
}

/** Source topics that others write to, and that must be there. */
export function externalTopics(topology: Topology): readonly string[] {
  const topics = [...topology.nodes.values()].flatMap((node) => (node.kind === 'source' ? node.topics : []));
  return topics.filter((topic) => !topology.repartitionTopics.has(topic));
}

/** Topics, as on the broker, of the sinks whose topic is known by name. */
export function sinkTopics(
  topology: Topology,
  applicationId: string,
  { withPartitioner = false }: { readonly withPartitioner?: boolean } = {},
): readonly string[] {
  const name = brokerTopicName(topology, applicationId);
  return [...topology.nodes.values()].flatMap((node) => {
    if (node.kind !== 'sink' || typeof node.topic !== 'string') return [];
    return withPartitioner && node.partitioner === undefined ? [] : [name(node.topic)];
  });
}

/**
 * Plans tasks and internal topics.
 * @param partitionCounts partitions of the external source topics, all of which must be known.
 * @throws {DiagnosticError} when topics that are joined have different numbers of partitions.
 */
export function planTopics(
  topology: Topology,
  applicationId: string,
  partitionCounts: ReadonlyMap<string, number>,
): TopicPlan {
  const counts = new Map(partitionCounts);
  for (const topic of topology.repartitionTopics.values()) {
    if (topic.partitions !== undefined) counts.set(topic.name, topic.partitions);
  }
  settleCounts(topology, counts);
  checkCopartitioning(topology, counts);

  const topicName = brokerTopicName(topology, applicationId);
  const tasks: TaskPlan[] = [];
  const internalTopics: InternalTopic[] = [];
  for (const topic of topology.repartitionTopics.keys()) {
    internalTopics.push({
      name: topicName(topic),
      partitions: counts.get(topic) ?? 1,
      configs: REPARTITION_CONFIGS,
    });
  }
  for (const subtopology of topology.subtopologies) {
    const topics = sourceTopics(topology, subtopology);
    const taskCount = Math.max(0, ...topics.map((topic) => counts.get(topic) ?? 0));
    for (let partition = 0; partition < taskCount; partition++) {
      const inputs = topics.filter((topic) => partition < (counts.get(topic) ?? 0));
      tasks.push({
        id: `${subtopology.id}_${partition}`,
        subtopology,
        partition,
        inputs: inputs.map((topic) => ({ topic: topicName(topic), partition })),
      });
    }
    for (const name of subtopology.stores) {
      const store = topology.stores.get(name);
      if (!store?.loggingEnabled) continue;
      internalTopics.push({
        name: changelogTopicName(applicationId, name),
        partitions: taskCount,
        configs: changelogConfigs(store),
      });
    }
  }
  return { sources: partitionCounts, tasks, internalTopics };
}

function sourceTopics(topology: Topology, subtopology: Subtopology): string[] {
  return subtopology.nodes.flatMap((name) => {
    const node = topology.nodes.get(name);
    return node?.kind === 'source' ? [...node.topics] : [];
  });
}

/** Gives repartition topics the count of what they are joined with, or else of what is written to them. */
function settleCounts(topology: Topology, counts: Map<string, number>): void {
  const open = (): string[] => [...topology.repartitionTopics.keys()].filter((topic) => !counts.has(topic));
  let passesUnknown = false;
  for (let left = open(); left.length > 0; ) {
    const known = { topology, counts: new Map(counts), passesUnknown };
    for (const topic of left) {
      const count = copartitionedCount(topic, known) ?? upstreamCount(topic, known);
      if (count === undefined) continue;
      counts.set(topic, count);
      if (!passesUnknown) known.counts.set(topic, count);
    }
    const after = open();
    if (after.length === left.length && passesUnknown) {
      throw new DiagnosticError({
        message: `cannot tell how many partitions ${left.join(', ')} should have`,
      });
    }
    // A part of the topology may read what it writes, as the two sides of a join on a foreign key that are one table do.
    passesUnknown = after.length === left.length;
    left = after;
  }
}

/** How many partitions topics have, as far as that is known. */
interface KnownCounts {
  readonly topology: Topology;
  readonly counts: ReadonlyMap<string, number>;
  /** Topics upstream that are not known yet do not count, as in Kafka Streams; else they are waited for. */
  readonly passesUnknown: boolean;
}

/** Where an external topic is among those that the topic is joined with, its count decides. */
function copartitionedCount(topic: string, known: KnownCounts): number | undefined {
  const { topology, counts, passesUnknown } = known;
  for (const topics of copartitionedTopics(topology)) {
    if (!topics.includes(topic)) continue;
    const external = topics.find((other) => !topology.repartitionTopics.has(other));
    const enforced = topics.find((other) => topology.repartitionTopics.get(other)?.partitions !== undefined);
    const decided = external ?? enforced;
    if (decided !== undefined) return counts.get(decided);
    // All are repartition topics: the largest of what is upstream of any of them.
    const upstream = topics.map((other) => upstreamCount(other, known));
    const found = upstream.filter((count) => count !== undefined);
    return found.length > 0 && (passesUnknown || found.length === upstream.length)
      ? Math.max(...found)
      : undefined;
  }
  return undefined;
}

function upstreamCount(topic: string, { topology, counts, passesUnknown }: KnownCounts): number | undefined {
  let most: number | undefined;
  for (const subtopology of topology.subtopologies) {
    const writes = subtopology.nodes.some((name) => {
      const node = topology.nodes.get(name);
      return node?.kind === 'sink' && node.topic === topic;
    });
    if (!writes) continue;
    for (const source of sourceTopics(topology, subtopology)) {
      const count = counts.get(source);
      if (count !== undefined) most = Math.max(most ?? 0, count);
      else if (!passesUnknown) return undefined;
    }
  }
  return most;
}

function copartitionedTopics(topology: Topology): string[][] {
  return topology.copartitionGroups.map((sources) =>
    sources.flatMap((name) => {
      const node = topology.nodes.get(name);
      return node?.kind === 'source' ? [...node.topics] : [];
    }),
  );
}

function checkCopartitioning(topology: Topology, counts: ReadonlyMap<string, number>): void {
  for (const topics of copartitionedTopics(topology)) {
    const [first = '', ...others] = topics;
    const different = others.find((topic) => counts.get(topic) !== counts.get(first));
    if (different === undefined) continue;
    throw new DiagnosticError({
      message: `topics that are joined must have the same number of partitions`,
      detail: topics.map((topic) => `${topic} has ${counts.get(topic)}`).join(', '),
      hint: 'send one side through repartition() with numberOfPartitions first',
    });
  }
}

const INT64_MAX = 2n ** 63n - 1n;
const DAY_MS = 24 * 60 * 60 * 1000;

const REPARTITION_CONFIGS: Readonly<Record<string, string>> = {
  'cleanup.policy': 'delete',
  'segment.bytes': '52428800',
  'retention.ms': '-1',
  'message.timestamp.type': 'CreateTime',
};

/** Known to brokers from 3.6 on; those before set no limit. */
export const AFTER_MAX_MS = 'message.timestamp.after.max.ms';

function changelogConfigs(store: StoreDefinition): Readonly<Record<string, string>> {
  // A row that is in the store is logged, however far ahead of the clock its time is: who cannot log has to stop.
  const base = { 'message.timestamp.type': 'CreateTime', [AFTER_MAX_MS]: String(INT64_MAX) };
  switch (store.kind) {
    case 'window':
    case 'session':
    case 'join':
      return {
        ...base,
        'cleanup.policy': 'compact,delete',
        'retention.ms': String(store.retentionMs + DAY_MS),
        ...store.logConfig,
      };
    case 'versioned':
      return {
        ...base,
        'cleanup.policy': 'compact',
        'min.compaction.lag.ms': String(store.historyRetentionMs + DAY_MS),
        ...store.logConfig,
      };
    default:
      return { ...base, 'cleanup.policy': 'compact', ...store.logConfig };
  }
}
