import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { recordsForFencing } from './broker-availability.ts';
import { allPartitions, isUncleanElectionEnabled } from './cluster-view.ts';
import { preferredElection, uncleanElection } from './elect-leaders.ts';
import type { ControllerState } from './operation.ts';

/** Elections per round: the rest waits for the next one. */
const ELECTIONS_MAX = 1000;

/** Fences one broker that was not heard of for a session timeout; the next one in the next round. */
export function recordsForExpiredBrokers(state: ControllerState): readonly MetadataRecord[] {
  for (const broker of state.image.brokers.values()) {
    if (!broker.fenced && state.sessions.isExpired(broker.id, state.nowMs))
      return recordsForFencing(state, broker.id);
  }
  return [];
}

/**
 * Gives leadership back to preferred replicas that are in sync again (`auto.leader.rebalance.enable`), and elects
 * uncleanly where a topic allows it and has no leader.
 */
export function recordsForBalance(state: ControllerState): readonly MetadataRecord[] {
  const records: MetadataRecord[] = [];
  for (const place of allPartitions(state)) {
    if (records.length >= ELECTIONS_MAX) break;
    const { leader, replicas } = place.partition;
    let record: MetadataRecord | null = null;
    if (leader === -1) {
      if (isUncleanElectionEnabled(state, place.topic.name)) record = uncleanElection(state, place);
    } else if (leader !== replicas[0]) record = preferredElection(state, place);
    if (record !== null) records.push(record);
  }
  return records;
}
