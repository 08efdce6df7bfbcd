import type { PartitionRegistration } from '../metadata/metadata-image.ts';
import { NO_CHANGE, type PartitionChange } from '../metadata/metadata-record.ts';

/**
 * `preferred`: the first replica if it is in sync; `online`: keep the leader, else any that is in sync; `unclean`: as
 * `online`, but as a last resort a replica that is not.
 */
type ElectionType = 'preferred' | 'online' | 'unclean';

/** What a partition is to become; what is left out stays. */
export interface PartitionTarget {
  readonly isr?: readonly number[];
  readonly recovering?: boolean;
  readonly election?: ElectionType;
  /** Replicas that may have lost what they had acknowledged: they leave the ISR and the ELR. */
  readonly uncleanShutdown?: readonly number[];
  /** Of those, replicas that came back on another disk. They have nothing, and never lead as the last known leader. */
  readonly lostDisk?: readonly number[];
  /** Parallel to the replicas. */
  readonly directories?: readonly string[];
}

export interface ElectionRules {
  /** Alive, not fenced, not shutting down, with a log that can be opened. */
  readonly isAcceptableLeader: (brokerId: number) => boolean;
  /** `min.insync.replicas`, at most the replication factor. */
  readonly minIsr: number;
  /** KIP-966. */
  readonly eligibleLeaderReplicas: boolean;
}

const NO_LEADER = -1;

/**
 * The change that brings a partition to its target and gives it a leader, or null when nothing changes.
 *
 * Whoever drops out of an ISR that is then smaller than min.insync.replicas becomes eligible (ELR): the high watermark
 * does not move below min.insync.replicas, so that such a replica holds all that was acknowledged and may lead when
 * the ISR is empty. When the ELR is empty too, the last leader is remembered and elected when it is back, which may
 * lose records (KIP-966). Without ELR the ISR never shrinks to nothing.
 */
export function changePartition(
  partition: PartitionRegistration,
  target: PartitionTarget,
  rules: ElectionRules,
): PartitionChange | null {
  const unclean = target.uncleanShutdown ?? [];
  const lostDisk = target.lostDisk ?? [];
  let isr = (target.isr ?? partition.isr).filter((id) => !unclean.includes(id));
  if (isr.length === 0 && !rules.eligibleLeaderReplicas)
    isr = partition.isr.filter((id) => !lostDisk.includes(id));
  let elr = eligibleReplicas(partition, isr, unclean, rules);
  let recovering = target.recovering ?? partition.recovering;

  const elected = electLeader(partition, { isr, elr, election: target.election ?? 'online' }, rules);
  if (elected.unclean) {
    isr = [elected.leader];
    elr = [];
    recovering = true;
  } else if (isr.length === 0 && elr.includes(elected.leader)) {
    isr = [elected.leader];
    elr = elr.filter((id) => id !== elected.leader);
  }
  return difference(partition, {
    isr,
    elr,
    lastKnownElr: lastKnownLeader(partition, isr, elected.leader, rules).filter(
      (id) => !lostDisk.includes(id),
    ),
    leader: elected.leader,
    recovering,
    directories: target.directories ?? partition.directories,
  });
}

function eligibleReplicas(
  partition: PartitionRegistration,
  isr: readonly number[],
  unclean: readonly number[],
  rules: ElectionRules,
): number[] {
  if (!rules.eligibleLeaderReplicas || isr.length >= rules.minIsr) return [];
  const candidates = new Set([...partition.elr, ...partition.isr]);
  return [...candidates].filter((id) => !isr.includes(id) && !unclean.includes(id));
}

interface ElectionInput {
  readonly isr: readonly number[];
  readonly elr: readonly number[];
  readonly election: ElectionType;
}

function electLeader(
  partition: PartitionRegistration,
  { isr, elr, election }: ElectionInput,
  rules: ElectionRules,
): { readonly leader: number; readonly unclean: boolean } {
  const { replicas, lastKnownElr } = partition;
  const isValid = (id: number): boolean =>
    (isr.includes(id) || (isr.length === 0 && elr.includes(id))) && rules.isAcceptableLeader(id);
  const preferred = replicas[0];
  const first =
    election === 'preferred' && preferred !== undefined && isValid(preferred) ? preferred : undefined;
  const kept = isValid(partition.leader) ? partition.leader : undefined;
  const clean = first ?? kept ?? replicas.find(isValid);
  if (clean !== undefined) return { leader: clean, unclean: false };

  const last = lastKnownElr.length === 1 ? lastKnownElr[0] : undefined;
  const isForsaken = rules.eligibleLeaderReplicas && isr.length === 0 && elr.length === 0;
  if (isForsaken && last !== undefined && rules.isAcceptableLeader(last))
    return { leader: last, unclean: true };
  const any = election === 'unclean' ? replicas.find((id) => rules.isAcceptableLeader(id)) : undefined;
  return any === undefined ? { leader: NO_LEADER, unclean: false } : { leader: any, unclean: true };
}

/** Remembered from the moment that the ISR goes empty until there is a leader again. */
function lastKnownLeader(
  partition: PartitionRegistration,
  isr: readonly number[],
  leader: number,
  rules: ElectionRules,
): readonly number[] {
  if (!rules.eligibleLeaderReplicas || leader !== NO_LEADER) return [];
  return isr.length === 0 && partition.leader !== NO_LEADER ? [partition.leader] : partition.lastKnownElr;
}

interface PartitionState {
  readonly isr: readonly number[];
  readonly elr: readonly number[];
  readonly lastKnownElr: readonly number[];
  readonly leader: number;
  readonly recovering: boolean;
  readonly directories: readonly string[];
}

function difference(before: PartitionRegistration, after: PartitionState): PartitionChange | null {
  const isrChanged = !isSameList(before.isr, after.isr);
  const elrChanged = !isSameList(before.elr, after.elr);
  const lastKnownChanged = !isSameList(before.lastKnownElr, after.lastKnownElr);
  const leaderChanged = before.leader !== after.leader;
  const recoveryChanged = before.recovering !== after.recovering;
  const directoriesChanged = !isSameList(before.directories, after.directories);
  const isChanged =
    isrChanged || elrChanged || lastKnownChanged || leaderChanged || recoveryChanged || directoriesChanged;
  if (!isChanged) return null;
  return {
    ...NO_CHANGE,
    directories: directoriesChanged ? after.directories : null,
    isr: isrChanged ? after.isr : null,
    eligibleLeaderReplicas: elrChanged ? after.elr : null,
    lastKnownElr: lastKnownChanged ? after.lastKnownElr : null,
    leader: leaderChanged ? after.leader : NO_CHANGE.leader,
    leaderRecoveryState: recoveryChanged ? Number(after.recovering) : NO_CHANGE.leaderRecoveryState,
  };
}

function isSameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}
