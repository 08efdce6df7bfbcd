import { directoriesWith, LOST_DIRECTORY } from '../metadata/lost-replica.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { electionRules, isUncleanElectionEnabled, partitionChangeRecord } from './cluster-view.ts';
import type { ControllerState, Parts } from './operation.ts';
import { forAllPartitions, type Place } from './partition-parts.ts';

interface Leaving {
  readonly brokerId: number;
  /** It may have lost what it had acknowledged: it leaves the ELRs too. */
  readonly uncleanShutdown: boolean;
  /** It is back on another disk, with nothing. */
  readonly lostDisk?: boolean;
  readonly begin?: (state: ControllerState) => readonly MetadataRecord[];
  readonly end?: (state: ControllerState) => readonly MetadataRecord[];
}

/**
 * Takes a broker that is gone, or going, out of all ISRs and leaderships. What says that it is gone comes at the `end`: were
 * it said first, a controller that follows in between would not look for what the broker still leads.
 */
export function brokerLeaving(broker: { readonly epoch: number }, leaving: Leaving): Parts<void> {
  const { brokerId, begin, end } = leaving;
  return forAllPartitions({
    ...(begin === undefined ? {} : { begin }),
    recordOf: (state, place) => leavingRecord(state, place, leaving),
    ...(end === undefined ? {} : { end }),
    goesOn: ({ image }) => image.brokers.get(brokerId)?.epoch === broker.epoch,
  });
}

function leavingRecord(
  state: ControllerState,
  place: Place,
  { brokerId, uncleanShutdown, lostDisk = false }: Leaving,
): MetadataRecord | null {
  const { replicas, isr, elr, leader } = place.partition;
  const isIn =
    isr.includes(brokerId) ||
    leader === brokerId ||
    (uncleanShutdown && elr.includes(brokerId)) ||
    (lostDisk && replicas.includes(brokerId));
  if (!isIn) return null;
  const rules = electionRules(state, place.topic.name, place.partition, (id) =>
    id === brokerId ? false : undefined,
  );
  // What has no other replica has nobody to copy it from.
  const isToCopy = lostDisk && replicas.length > 1;
  const directories = directoriesWith(place.partition, (id) =>
    isToCopy && id === brokerId ? LOST_DIRECTORY : undefined,
  );
  return partitionChangeRecord(
    place,
    {
      isr: isr.filter((id) => id !== brokerId),
      uncleanShutdown: uncleanShutdown ? [brokerId] : [],
      lostDisk: lostDisk ? [brokerId] : [],
      directories,
      election: isUncleanElectionEnabled(state, place.topic.name) ? 'unclean' : 'online',
    },
    rules,
  );
}

/**
 * Unfences a broker, and gives partitions without a leader one now that it is back. What a controller that falls in between
 * has left without a leader, the next one finds when it becomes active.
 */
export function brokerReturning(broker: { readonly id: number; readonly epoch: number }): Parts<void> {
  const { id, epoch } = broker;
  return forAllPartitions({
    begin: () => [brokerChange(id, epoch, { fenced: -1 })],
    recordOf(state, place) {
      if (place.partition.leader !== -1 || !place.partition.replicas.includes(id)) return null;
      const rules = electionRules(state, place.topic.name, place.partition, (brokerId) =>
        brokerId === id ? true : undefined,
      );
      const election = isUncleanElectionEnabled(state, place.topic.name) ? 'unclean' : 'online';
      return partitionChangeRecord(place, { election }, rules);
    },
    goesOn: ({ image }) => {
      const now = image.brokers.get(id);
      return now?.epoch === epoch && !now.fenced && !now.inControlledShutdown;
    },
  });
}

/** Fences a broker that was not heard of, or that asks for it. */
export function brokerFencing(broker: { readonly id: number; readonly epoch: number }): Parts<void> {
  const { id: brokerId, epoch } = broker;
  return brokerLeaving(broker, {
    brokerId,
    uncleanShutdown: false,
    end: ({ image }) =>
      image.brokers.get(brokerId)?.fenced === false ? [brokerChange(brokerId, epoch, { fenced: 1 })] : [],
  });
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
