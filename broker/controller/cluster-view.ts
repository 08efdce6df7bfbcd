import { topicConfigValue } from '../config/config-places.ts';
import type { BrokerRegistration, PartitionRegistration, TopicImage } from '../metadata/metadata-image.ts';
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

/** A topic's setting as it holds now. */
function topicSetting(state: ControllerState, topic: string, name: string): string {
  return topicConfigValue(name, topic, { image: state.image, config: state.settings.config, nodeId: null });
}

export function isUncleanElectionEnabled(state: ControllerState, topic: string): boolean {
  return topicSetting(state, topic, 'unclean.leader.election.enable').toLowerCase() === 'true';
}

/** How leaders of a topic's partition are found; `override` says of brokers what the image does not say yet. */
export function electionRules(
  state: ControllerState,
  topic: string,
  partition: PartitionRegistration,
  override: (brokerId: number) => boolean | undefined = () => undefined,
): ElectionRules {
  const minIsr = Number(topicSetting(state, topic, 'min.insync.replicas'));
  return {
    isAcceptableLeader: (id) => override(id) ?? isActive(state.image.brokers.get(id)),
    minIsr: Math.min(minIsr, partition.replicas.length),
    eligibleLeaderReplicas: state.settings.eligibleLeaderReplicas,
  };
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
