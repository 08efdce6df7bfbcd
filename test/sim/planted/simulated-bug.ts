import type { PlantedBug } from '../../mutations/mutation.ts';

/** What part of the broker a bug is planted in. */
export const BUG_KINDS = [
  'quorum',
  'replication',
  'recovery',
  'compaction',
  'groups',
  'transactions',
] as const;

type BugKind = (typeof BUG_KINDS)[number];

/** A planted bug that some seed of the cluster simulation has to find. */
export interface SimulatedBug extends PlantedBug {
  readonly kind: BugKind;
}
