import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { recordsForFencing } from './broker-availability.ts';
import { allPartitions, isUncleanElectionEnabled } from './cluster-view.ts';
import { type Place, preferredElection, uncleanElection } from './elect-leaders.ts';
import type { ControllerState } from './operation.ts';

/** Elections per round: where there are more, the next round follows soon. */
export const ELECTIONS_MAX = 1000;

/** Fences one broker that was not heard of for a session timeout; the next one in the next round. */
export function recordsForExpiredBrokers(state: ControllerState): readonly MetadataRecord[] {
  for (const broker of state.image.brokers.values()) {
    if (!broker.fenced && state.sessions.isExpired(broker.id, state.nowMs))
      return recordsForFencing(state, broker.id);
  }
  return [];
}

/** Gives leadership back to preferred replicas that are in sync again (`auto.leader.rebalance.enable`). */
export function recordsForBalance(state: ControllerState): readonly MetadataRecord[] {
  return elections(state, (place) => {
    const { leader, replicas } = place.partition;
    return leader === -1 || leader === replicas[0] ? null : preferredElection(state, place);
  });
}

/** Elects uncleanly where a topic allows it and a partition has no leader. */
export function recordsForUncleanElections(state: ControllerState): readonly MetadataRecord[] {
  return elections(state, (place) =>
    place.partition.leader === -1 && isUncleanElectionEnabled(state, place.topic.name)
      ? uncleanElection(state, place)
      : null,
  );
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
