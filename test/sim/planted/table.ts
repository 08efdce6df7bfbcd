import { compactionBugs } from './compaction-bugs.ts';
import { groupBugs } from './group-bugs.ts';
import { quorumBugs } from './quorum-bugs.ts';
import { recoveryBugs } from './recovery-bugs.ts';
import { replicationBugs } from './replication-bugs.ts';
import type { SimulatedBug } from './simulated-bug.ts';
import { transactionBugs } from './transaction-bugs.ts';

/** The bugs that the cluster simulation has to find. `found.json` says by which seed it does. */
export const SIMULATED_BUGS: readonly SimulatedBug[] = [
  ...quorumBugs,
  ...replicationBugs,
  ...recoveryBugs,
  ...compactionBugs,
  ...groupBugs,
  ...transactionBugs,
];
