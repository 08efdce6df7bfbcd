import { assert } from '../../../base/assert.ts';
import { AssertionFailure } from '../../../base/errors.ts';
import type { Environment } from '../../../base/environment.ts';
import type { Logger } from '../../../base/logger.ts';
import type { RepeatedWarnings } from '../../../base/repeated-warnings.ts';
import { failureHandlers } from '../../../streams/runtime/failures.ts';
import type { ProcessingTurn } from '../../../streams/runtime/processing-turn.ts';
import type { SharedDecoding } from '../../../streams/runtime/shared-decoding.ts';
import type { StreamsAppOptions } from '../../../streams/runtime/streams-app-options.ts';
import { Task } from '../../../streams/runtime/task.ts';
import { CacheBudget } from '../../../streams/state/cache-budget.ts';
import type { Topology } from '../../../streams/topology/topology.ts';

/** What the push queries of a thread that have no application of their own run in. */
export interface PushSurroundings {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly drops: RepeatedWarnings;
  /** What its records are read with together with all others of the thread. */
  readonly decoding: SharedDecoding;
}

/** A task over records that others have read, of a topology that keeps nothing and writes nothing. */
export function pushTask(
  topology: Topology,
  {
    queryId,
    topic,
    partitions,
    onFailure,
    turn,
    ...around
  }: PushSurroundings & {
    readonly queryId: string;
    readonly topic: string;
    readonly partitions: number;
    readonly onFailure: StreamsAppOptions['onFailure'];
    readonly turn: ProcessingTurn | undefined;
  },
): Task {
  assert(topology.stores.size === 0, 'a push query behind a shared reader keeps nothing');
  const { environment, logger, drops, decoding } = around;
  const nothing = (what: string): never => {
    throw new AssertionFailure(`a push query has no ${what}`);
  };
  return new Task({
    taskId: '0_0',
    applicationId: queryId,
    topology,
    nodeNames: [...topology.nodes.keys()],
    inputs: Array.from({ length: partitions }, (_, partition) => ({ topic, partition })),
    topicName: (name) => name,
    engineFor: () => nothing('store'),
    budget: new CacheBudget(0),
    collector: { send: () => nothing('sink'), partitionCount: () => nothing('sink') },
    handlers: failureHandlers(onFailure ?? {}),
    wallClockMs: () => environment.clock.nowMs(),
    config: () => undefined,
    cachingEnabled: false,
    ...{ logger, drops, decoding, turn },
  });
}
