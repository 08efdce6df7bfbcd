import { topicConfigValue } from '../config/config-places.ts';
import {
  type BrokerRegistration,
  ConfigResourceType,
  configKey,
  type PartitionRegistration,
  type TopicImage,
} from '../metadata/metadata-image.ts';
import { isLost, UNASSIGNED_DIRECTORY } from '../metadata/lost-replica.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import type { ControllerState } from './operation.ts';
import { changePartition, type ElectionRules, type PartitionTarget } from './partition-election.ts';

/** Neither fenced nor on its way out: may lead and be in sync. */
export function isActive(broker: BrokerRegistration | undefined): boolean {
  return broker !== undefined && !broker.fenced && !broker.inControlledShutdown;
}

export function activeBrokers(state: ControllerState): BrokerRegistration[] {
  return [...state.image.brokers.values()].filter(isActive).sort((a, b) => a.id - b.id);
}

/** What a topic says about its elections. */
interface ElectionSettings {
  readonly minIsr: number;
  readonly isUncleanEnabled: boolean;
}

/**
 * By decision: an election of ten thousand partitions asks for each, and the topics without settings of their own, here under
 * no name, say all the same.
 */
const electionSettings = new WeakMap<ControllerState, Map<string, ElectionSettings>>();

function electionSettingsOf(state: ControllerState, topic: string): ElectionSettings {
  const hasOwn = state.image.configs.has(configKey(ConfigResourceType.TOPIC, topic));
  const name = hasOwn ? topic : '';
  let byTopic = electionSettings.get(state);
  if (byTopic === undefined) electionSettings.set(state, (byTopic = new Map()));
  let settings = byTopic.get(name);
  if (settings === undefined) {
    settings = {
      minIsr: Number(topicSetting(state, name, 'min.insync.replicas')),
      isUncleanEnabled: topicSetting(state, name, 'unclean.leader.election.enable').toLowerCase() === 'true',
    };
    byTopic.set(name, settings);
  }
  return settings;
}

/** A topic's setting as it holds now. */
function topicSetting(state: ControllerState, topic: string, name: string): string {
  return topicConfigValue(name, topic, { image: state.image, config: state.settings.config, nodeId: null });
}

export function isUncleanElectionEnabled(state: ControllerState, topic: string): boolean {
  return electionSettingsOf(state, topic).isUncleanEnabled;
}

/** How leaders of a topic's partition are found; `override` says of brokers what the image does not say yet. */
export function electionRules(
  state: ControllerState,
  topic: string,
  partition: PartitionRegistration,
  override: (brokerId: number) => boolean | undefined = () => undefined,
): ElectionRules {
  const { minIsr } = electionSettingsOf(state, topic);
  return {
    isAcceptableLeader: (id) =>
      !isLost(partition, id) && (override(id) ?? isActive(state.image.brokers.get(id))),
    minIsr: Math.min(minIsr, partition.replicas.length),
    eligibleLeaderReplicas: state.settings.eligibleLeaderReplicas,
  };
}

/** A broker with one log directory has no choice; one with several tells later which it chose. */
export function directoryOf(state: ControllerState, brokerId: number): string {
  const directories = state.image.brokers.get(brokerId)?.directories ?? [];
  return directories.length === 1 ? (directories[0] ?? UNASSIGNED_DIRECTORY) : UNASSIGNED_DIRECTORY;
}

/** The record that brings a partition to its target, or null when nothing changes. */
export function partitionChangeRecord(
  place: { readonly topic: TopicImage; readonly index: number; readonly partition: PartitionRegistration },
  target: PartitionTarget,
  rules: ElectionRules,
): MetadataRecord | null {
  const change = changePartition(place.partition, target, rules);
  if (change === null) return null;
  return {
    type: 'PartitionChangeRecord',
    data: { partitionId: place.index, topicId: place.topic.id, ...change },
  };
}

/** Every partition of the cluster. */
export function* allPartitions(state: ControllerState): Generator<{
  readonly topic: TopicImage;
  readonly index: number;
  readonly partition: PartitionRegistration;
}> {
  for (const topic of state.image.topicsById.values()) {
    let index = 0;
    for (const partition of topic.partitions) yield { topic, index: index++, partition };
  }
}
