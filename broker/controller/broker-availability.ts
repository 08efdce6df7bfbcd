import type { MetadataRecord } from '../metadata/metadata-record.ts';
import {
  allPartitions,
  electionRules,
  isUncleanElectionEnabled,
  partitionChangeRecord,
} from './cluster-view.ts';
import type { ControllerState } from './operation.ts';

/**
 * Takes a broker that is gone, or going, out of all ISRs and leaderships. After an unclean shutdown it leaves the ELRs
 * too: what it had acknowledged may be lost.
 */
export function recordsForBrokerLeaving(
  state: ControllerState,
  brokerId: number,
  how: { readonly uncleanShutdown: boolean },
): MetadataRecord[] {
  const records: MetadataRecord[] = [];
  for (const place of allPartitions(state)) {
    const { isr, elr, leader } = place.partition;
    const isIn =
      isr.includes(brokerId) || leader === brokerId || (how.uncleanShutdown && elr.includes(brokerId));
    if (!isIn) continue;
    const rules = electionRules(state, place.topic.name, place.partition, (id) =>
      id === brokerId ? false : undefined,
    );
    const record = partitionChangeRecord(
      place,
      {
        isr: isr.filter((id) => id !== brokerId),
        uncleanShutdown: how.uncleanShutdown ? [brokerId] : [],
        election: isUncleanElectionEnabled(state, place.topic.name) ? 'unclean' : 'online',
      },
      rules,
    );
    if (record !== null) records.push(record);
  }
  return records;
}

/** Gives partitions without a leader one, now that a broker is back. */
export function recordsForBrokerReturning(state: ControllerState, brokerId: number): MetadataRecord[] {
  const records: MetadataRecord[] = [];
  for (const place of allPartitions(state)) {
    if (place.partition.leader !== -1 || !place.partition.replicas.includes(brokerId)) continue;
    const rules = electionRules(state, place.topic.name, place.partition, (id) =>
      id === brokerId ? true : undefined,
    );
    const election = isUncleanElectionEnabled(state, place.topic.name) ? 'unclean' : 'online';
    const record = partitionChangeRecord(place, { election }, rules);
    if (record !== null) records.push(record);
  }
  return records;
}

/** Fences a broker that was not heard of, or that asks for it. */
export function recordsForFencing(state: ControllerState, brokerId: number): MetadataRecord[] {
  const broker = state.image.brokers.get(brokerId);
  if (broker === undefined || broker.fenced) return [];
  return [
    brokerChange(brokerId, broker.epoch, { fenced: 1 }),
    ...recordsForBrokerLeaving(state, brokerId, { uncleanShutdown: false }),
  ];
}

export function brokerChange(
  brokerId: number,
  brokerEpoch: number,
  change: { readonly fenced?: number; readonly inControlledShutdown?: number },
): MetadataRecord {
  return {
    type: 'BrokerRegistrationChangeRecord',
    data: {
      brokerId,
      brokerEpoch,
      fenced: change.fenced ?? 0,
      inControlledShutdown: change.inControlledShutdown ?? 0,
      logDirs: [],
    },
  };
}
