import type { MetadataRecord } from '../metadata/metadata-record.ts';
import type { BrokerRegistration } from '../metadata/metadata-image.ts';
import { brokerFencing } from './broker-availability.ts';
import { allPartitions, isUncleanElectionEnabled } from './cluster-view.ts';
import { onlineElection, preferredElection, uncleanElection } from './elect-leaders.ts';
import type { ControllerState, Parts } from './operation.ts';
import type { Place } from './partition-parts.ts';

/** Elections per round: where there are more, the next round follows soon. */
export const ELECTIONS_MAX = 1000;

/** Fences one broker that was not heard of for a session timeout; the next one in the next round. */
export function* fenceExpiredBroker(): Parts<void> {
  let expired: BrokerRegistration | undefined;
  yield ({ image, sessions, nowMs }) => {
    expired = image.brokers.find(({ id, fenced }) => !fenced && sessions.isExpired(id, nowMs));
    return [];
  };
  if (expired !== undefined) yield* brokerFencing(expired);
}

/** Gives leadership back to preferred replicas that are in sync again (`auto.leader.rebalance.enable`). */
export function recordsForBalance(state: ControllerState): readonly MetadataRecord[] {
  return elections(state, (place) => {
    const { leader, replicas } = place.partition;
    return leader === -1 || leader === replicas[0] ? null : preferredElection(state, place);
  });
}

/**
 * Elects where a partition has no leader: uncleanly where its topic allows it, else one that is in sync. There is one of
 * those where a controller fell while it gave a broker that was back its leaderships.
 */
export function recordsForLeaderless(state: ControllerState): readonly MetadataRecord[] {
  return elections(state, (place) => {
    if (place.partition.leader !== -1) return null;
    return isUncleanElectionEnabled(state, place.topic.name)
      ? uncleanElection(state, place)
      : onlineElection(state, place);
  });
}

function elections(
  state: ControllerState,
  elect: (place: Place) => MetadataRecord | null,
): readonly MetadataRecord[] {
  const records: MetadataRecord[] = [];
  for (const place of allPartitions(state)) {
    if (records.length >= ELECTIONS_MAX) break;
    const record = elect(place);
    if (record !== null) records.push(record);
  }
  return records;
}
