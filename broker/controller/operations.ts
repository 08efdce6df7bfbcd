import type { Api } from '../../src/protocol/message.ts';
import { allocateProducerIds } from './allocate-producer-ids.ts';
import { alterConfigs, incrementalAlterConfigs } from './alter-configs.ts';
import { alterPartition } from './alter-partition.ts';
import { assignReplicasToDirs } from './assign-replicas-to-dirs.ts';
import { createPartitions } from './create-partitions.ts';
import { createTopics } from './create-topics.ts';
import { deleteTopics } from './delete-topics.ts';
import { electLeaders } from './elect-leaders.ts';
import { heartbeat } from './heartbeat.ts';
import type { Operation } from './operation.ts';
import { registerBroker } from './register-broker.ts';
import { unregisterBroker } from './unregister-broker.ts';
import { updateFeatures } from './update-features.ts';

/** Every API that the controller serves, by key. */
const operations = {
  19: createTopics,
  20: deleteTopics,
  33: alterConfigs,
  37: createPartitions,
  43: electLeaders,
  44: incrementalAlterConfigs,
  56: alterPartition,
  57: updateFeatures,
  62: registerBroker,
  63: heartbeat,
  64: unregisterBroker,
  67: allocateProducerIds,
  73: assignReplicasToDirs,
} as const;

const byKey = operations as unknown as Readonly<Record<number, Operation<Api>>>;

/** The operation of an API; undefined for one that the controller does not serve. */
export function operationOf<A extends Api>(api: A): Operation<A> | undefined {
  return byKey[api.key] as unknown as Operation<A> | undefined;
}
