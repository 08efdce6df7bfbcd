import { assertDefined } from '../../base/assert.ts';
import { OperationalError } from '../../base/errors.ts';
import type { TopicPartition } from '../../client/types.ts';
import { partitionOfKey } from '../../base/murmur2.ts';
import { unknownName } from '../../base/unknown-name.ts';
import type { Serde } from '../serde.ts';
import type { SourceNode } from '../topology/nodes.ts';
import type { Topology } from '../topology/topology.ts';
import { type HostInfo, hostName } from './host-info.ts';
import { brokerTopicName, type TaskPlan } from './topic-plan.ts';

/** What an instance of an application has (StreamsMetadata of Kafka Streams). */
export interface StreamsMetadata {
  readonly hostInfo: HostInfo;
  /** Stores of which it runs tasks. */
  readonly stateStoreNames: readonly string[];
  /** What these tasks read. */
  readonly topicPartitions: readonly TopicPartition[];
  /** Stores of which it has standby tasks, and what their tasks read that run elsewhere. */
  readonly standbyStateStoreNames: readonly string[];
  readonly standbyTopicPartitions: readonly TopicPartition[];
}

/** Where the rows of a key are (KeyQueryMetadata of Kafka Streams). */
export interface KeyQueryMetadata {
  /** Who runs the task; undefined where nobody does now, or who does has no `application.server`. */
  readonly activeHost: HostInfo | undefined;
  /** Who has standby tasks of it. */
  readonly standbyHosts: readonly HostInfo[];
  /** Of the task, for `StoreQueryOptions.partition`. */
  readonly partition: number;
}

/** How far a store is behind its changelog (LagInfo of Kafka Streams), in records. */
export interface LagInfo {
  /** The next offset of the changelog that the store has not seen. */
  readonly currentOffsetPosition: number;
  readonly endOffsetPosition: number;
  readonly offsetLag: number;
}

/** By store, then partition. */
export type StoreLags = ReadonlyMap<string, ReadonlyMap<number, LagInfo>>;

/** Decides the partition of a key: by a serde, whose bytes are hashed as Kafka's producer does, or by itself. */
export type KeyPartitioner<K> = Pick<Serde<K>, 'serialize'> | ((key: K, partitionCount: number) => number);

/** The topics that the rows of a store come from. */
interface StoreSources {
  readonly topics: readonly string[];
  /** The one with the most partitions, and how many it has. */
  readonly topic: string;
  readonly partitionCount: number;
}

/** An instance with partitions that its tasks read, as the leader of the group has told. */
export interface HostPartitions extends HostInfo {
  readonly partitions: readonly TopicPartition[];
}

/** Who has what in a group, as its leader has told with the last assignment: plain data. */
export interface StateLocations {
  /** None before the first assignment, and of instances without `application.server`. */
  readonly clients: readonly StreamsMetadata[];
  readonly stores: ReadonlyMap<string, StoreSources>;
}

/** What is known before an application has seen its topics. */
export function unknownLocations({
  topology,
  applicationId,
}: {
  readonly topology: Topology;
  readonly applicationId: string;
}): StateLocations {
  return { clients: [], stores: storeSources(topology, { applicationId, tasks: [] }) };
}

/** What there is to know of the stores of a topology before anybody has told who has them. */
export function storeSources(
  topology: Topology,
  { applicationId, tasks }: { readonly applicationId: string; readonly tasks: readonly TaskPlan[] },
): StateLocations['stores'] {
  const counts = new Map<string, number>();
  for (const { inputs } of tasks)
    for (const { topic, partition } of inputs)
      counts.set(topic, Math.max(counts.get(topic) ?? 0, partition + 1));
  const nameOf = brokerTopicName(topology, applicationId);
  return new Map(
    [...topology.stores.keys()].map((store) => {
      const topics = [...new Set(sourcesFeeding(topology, store).flatMap((source) => source.topics))].map(
        nameOf,
      );
      const [topic = ''] = topics.toSorted((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0));
      return [store, { topics, topic, partitionCount: counts.get(topic) ?? 0 }];
    }),
  );
}

/** Who has what, as the leader tells. */
export interface ToldPartitions {
  readonly partitionsByHost: readonly HostPartitions[];
  readonly standbyPartitionsByHost: readonly HostPartitions[];
}

/**
 * What is told, with `own` at the address where this instance is: whoever has a task knows it better than a leader. A static
 * member that comes back at another address is given what was told when it was at the one before.
 */
export function knownBetterHere(told: ToldPartitions, own: HostPartitions): ToldPartitions {
  if (own.partitions.length === 0) return told;
  const isOwn = (each: TopicPartition): boolean =>
    own.partitions.some(({ topic, partition }) => topic === each.topic && partition === each.partition);
  const isHere = (each: HostInfo): boolean => hostName(each) === hostName(own);
  const without = told.partitionsByHost.map((each) => ({
    ...each,
    partitions: each.partitions.filter((partition) => !isOwn(partition)),
  }));
  const before = without.find(isHere)?.partitions ?? [];
  const here = { host: own.host, port: own.port, partitions: [...before, ...own.partitions] };
  // In its place: all instances tell of all in one order.
  const known = without.some(isHere)
    ? without.map((each) => (isHere(each) ? here : each))
    : [...without, here];
  return { ...told, partitionsByHost: known.filter(({ partitions }) => partitions.length > 0) };
}

/** Puts together what the leader has told, by host. */
export function stateLocations(stores: StateLocations['stores'], told: ToldPartitions): StateLocations {
  const standbys = new Map(told.standbyPartitionsByHost.map((each) => [hostName(each), each.partitions]));
  const active = new Map(told.partitionsByHost.map((each) => [hostName(each), each.partitions]));
  const hosts = new Map(
    [...told.partitionsByHost, ...told.standbyPartitionsByHost].map(({ host, port }) => [
      hostName({ host, port }),
      { host, port },
    ]),
  );
  const clients = [...hosts].map(([name, hostInfo]): StreamsMetadata => {
    const topicPartitions = active.get(name) ?? [];
    const standbyTopicPartitions = standbys.get(name) ?? [];
    return {
      hostInfo,
      stateStoreNames: storesOf(stores, topicPartitions),
      topicPartitions,
      standbyStateStoreNames: storesOf(stores, standbyTopicPartitions),
      standbyTopicPartitions,
    };
  });
  return { clients, stores };
}

/** The instances that have something of a store, as running or as standby tasks. @throws {DiagnosticError} for no store. */
export function clientsWithStore(locations: StateLocations, store: string): readonly StreamsMetadata[] {
  sourcesOf(locations, store);
  return locations.clients.filter(
    ({ stateStoreNames, standbyStateStoreNames }) =>
      stateStoreNames.includes(store) || standbyStateStoreNames.includes(store),
  );
}

/**
 * Where the rows of a key are.
 * @throws {DiagnosticError} where the topology has no such store.
 * @throws {OperationalError} `STORE_NOT_AVAILABLE` where its number of partitions is not known yet.
 */
export function keyQueryMetadata<K>(
  locations: StateLocations,
  { store, key, by }: { readonly store: string; readonly key: K; readonly by: KeyPartitioner<K> },
): KeyQueryMetadata {
  const { topics, topic, partitionCount } = sourcesOf(locations, store);
  if (partitionCount === 0) throw partitionsUnknown(store);
  const partition =
    typeof by === 'function'
      ? by(key, partitionCount)
      : partitionOfKey(by.serialize(topic, key) ?? NO_BYTES, partitionCount);
  const isMeant = (each: TopicPartition): boolean =>
    each.partition === partition && topics.includes(each.topic);
  return {
    activeHost: locations.clients.find(({ topicPartitions }) => topicPartitions.some(isMeant))?.hostInfo,
    standbyHosts: locations.clients
      .filter(({ standbyTopicPartitions }) => standbyTopicPartitions.some(isMeant))
      .map(({ hostInfo }) => hostInfo),
    partition,
  };
}

const NO_BYTES = Buffer.alloc(0);

function partitionsUnknown(store: string): OperationalError {
  const message = `how many partitions the store ${store} has is not known before the application has started`;
  return new OperationalError('STORE_NOT_AVAILABLE', message, { retriable: true });
}

function sourcesOf({ stores }: StateLocations, store: string): StoreSources {
  const found = stores.get(store);
  if (found !== undefined) return found;
  throw unknownName(`the topology has no store named ${store}`, { name: store, known: stores.keys() });
}

/** The sources that the nodes are fed from which use the store. */
function sourcesFeeding(topology: Topology, store: string): readonly SourceNode[] {
  const sources: SourceNode[] = [];
  const visited = new Set<string>();
  const visit = (name: string): void => {
    const node = topology.nodes.get(name);
    if (node === undefined || visited.has(name)) return;
    visited.add(name);
    if (node.kind === 'source') sources.push(node);
    else for (const parent of node.parents) visit(parent);
  };
  for (const node of topology.nodes.values())
    if (node.kind === 'processor' && node.stores.includes(store)) visit(node.name);
  return sources;
}

/**
 * Decides the partition of a key as whoever writes the topic does by whose partitions the rows of a store are spread: with the
 * serde that it is read with.
 */
export function sourcePartitioner(topology: Topology, store: string): KeyPartitioner<unknown> {
  const [source] = sourcesFeeding(topology, store);
  return assertDefined(source, `the store ${store}, which nothing feeds`).keySerde;
}

function storesOf(
  stores: StateLocations['stores'],
  partitions: readonly TopicPartition[],
): readonly string[] {
  const read = new Set(partitions.map(({ topic }) => topic));
  return [...stores]
    .filter(([, { topics }]) => topics.some((topic) => read.has(topic)))
    .map(([name]) => name);
}
