import { clientMutations } from './client.ts';
import { compactionMutations } from './compaction.ts';
import { configMutations } from './config.ts';
import { groupMutations } from './groups.ts';
import { lifecycleMutations } from './lifecycle.ts';
import { logMutations } from './log.ts';
import type { Mutation } from './mutation.ts';
import { quorumMutations } from './quorum.ts';
import { registryMutations } from './registry.ts';
import { replicationMutations } from './replication.ts';
import { serdeMutations } from './serde.ts';
import { shellMutations } from './shell.ts';
import { sqlRuntimeMutations } from './sql-runtime.ts';
import { sqlServerMutations } from './sql-server.ts';
import { sqlStepMutations } from './sql-steps.ts';
import { sqlMutations } from './sql.ts';
import { streamsStateMutations } from './streams-state.ts';
import { streamsThreadMutations } from './streams-threads.ts';
import { streamsMutations } from './streams.ts';
import { transactionMutations } from './transactions.ts';
import { wireMutations } from './wire.ts';

/** All planted bugs; each was broken by hand once, and a suite that let it pass got the test that was missing. */
export const MUTATIONS: readonly Mutation[] = [
  ...logMutations,
  ...compactionMutations,
  ...replicationMutations,
  ...quorumMutations,
  ...groupMutations,
  ...transactionMutations,
  ...lifecycleMutations,
  ...clientMutations,
  ...wireMutations,
  ...configMutations,
  ...registryMutations,
  ...shellMutations,
  ...serdeMutations,
  ...sqlMutations,
  ...sqlStepMutations,
  ...sqlRuntimeMutations,
  ...sqlServerMutations,
  ...streamsMutations,
  ...streamsStateMutations,
  ...streamsThreadMutations,
];
