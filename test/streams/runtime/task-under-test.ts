import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { RepeatedWarnings } from '../../../src/base/repeated-warnings.ts';
import type { Topology } from '../../../src/streams/index.ts';
import { failureHandlers } from '../../../src/streams/runtime/failures.ts';
import { Task } from '../../../src/streams/runtime/task.ts';
import { CacheBudget } from '../../../src/streams/state/cache-budget.ts';
import { MemoryEngine } from '../../../src/streams/state/memory-engine.ts';

/**
 * A task of all nodes of a topology that reads the topic `in`, without a cache, in memory; what it sends goes nowhere. All of
 * that unless `settings` say otherwise.
 */
export function taskUnderTest(
  topology: Topology,
  settings: Partial<ConstructorParameters<typeof Task>[0]> = {},
): Task {
  const engine = new MemoryEngine();
  return new Task({
    taskId: '0_0',
    applicationId: 'app',
    topology,
    nodeNames: [...topology.nodes.keys()],
    inputs: [{ topic: 'in', partition: 0 }],
    topicName: (name) => name,
    engineFor: (store) => ({ engine, prefix: store }),
    budget: new CacheBudget(1 << 20),
    collector: { send() {}, partitionCount: () => 1 },
    handlers: failureHandlers({}),
    wallClockMs: () => 0,
    config: () => undefined,
    cachingEnabled: false,
    logger: silentLogger,
    drops: new RepeatedWarnings(silentLogger, nodeEnvironment),
    ...settings,
  });
}
