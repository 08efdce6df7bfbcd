import type { OffsetAndMetadata } from '../../client/types.ts';
import type { CacheBudget } from '../state/cache-budget.ts';
import type { StoreEngine } from '../state/engine.ts';
import { MemoryEngine } from '../state/memory-engine.ts';
import { failureHandlers } from './failures.ts';
import type { OutputProducer } from './output-producer.ts';
import { queryIsolation } from './processing-guarantee.ts';
import type { ProcessingTurn } from './processing-turn.ts';
import type { SharedDecoding } from './shared-decoding.ts';
import type { StateDirectory } from './state-directory.ts';
import type { StreamsAppSettings } from './streams-app-options.ts';
import { Task } from './task.ts';
import type { ThreadMetrics } from './thread-metrics.ts';
import { brokerTopicName, type TaskPlan } from './topic-plan.ts';

/** A store that is kept in memory only. */
export interface StoreInMemory {
  readonly engine: MemoryEngine;
  /** Next offset of its changelog that what is in it contains. */
  position: number;
}

/** A task that a thread has, with where its changelogs have got to. */
export interface RunningTask {
  readonly plan: TaskPlan;
  readonly task: Task;
  /** Next offset of each store's changelog that the store's content will contain when it is committed. */
  readonly logged: Map<string, number>;
  /** The stores that are kept in memory only. */
  readonly memoryEngines: ReadonlyMap<string, StoreInMemory>;
}

/** What the tasks of a thread share. */
export interface TaskSurroundings {
  readonly settings: StreamsAppSettings;
  readonly state: StateDirectory;
  readonly budget: CacheBudget;
  readonly output: OutputProducer;
  readonly metrics: ThreadMetrics;
  readonly decoding: SharedDecoding | undefined;
  readonly turn: ProcessingTurn;
}

/**
 * Makes a task and opens its stores.
 * @param before what the task was here before, where it begins again: what it has committed to memory is still there.
 */
export async function openTask(
  plan: TaskPlan,
  committed: readonly OffsetAndMetadata[],
  surroundings: TaskSurroundings & { readonly before?: Pick<RunningTask, 'memoryEngines'> | undefined },
): Promise<RunningTask> {
  const { settings, state, budget, output, metrics, decoding, turn, before } = surroundings;
  const { topology, applicationId, environment, config, cacheBytesMax, logger } = settings;
  const { subtopology } = plan;
  const memoryEngines = new Map<string, StoreInMemory>();
  for (const name of subtopology.stores) {
    if (topology.stores.get(name)?.storeType !== 'memory') continue;
    memoryEngines.set(name, before?.memoryEngines.get(name) ?? { engine: new MemoryEngine(), position: 0 });
  }
  await state.register(
    plan.id,
    subtopology.stores.filter((store) => !memoryEngines.has(store)),
  );
  const engineFor = (store: string): { readonly engine: StoreEngine; readonly prefix: string } => {
    const memory = memoryEngines.get(store);
    return memory
      ? { engine: memory.engine, prefix: '' }
      : { engine: state.engine, prefix: state.prefixOf(plan.id, store) };
  };
  const task = new Task({
    taskId: plan.id,
    applicationId,
    topology,
    nodeNames: subtopology.nodes,
    inputs: plan.inputs,
    topicName: brokerTopicName(topology, applicationId),
    engineFor,
    budget,
    collector: output,
    handlers: failureHandlers(settings.onFailure),
    wallClockMs: () => environment.clock.nowMs(),
    config: (name) => config[name],
    cachingEnabled: cacheBytesMax > 0,
    idleSourceMs: settings.idleSourceMs,
    logger,
    drops: metrics.drops,
    ...{ decoding, turn, queryIsolation: queryIsolation(settings) },
  });
  await task.open(committed);
  return { plan, task, logged: new Map(), memoryEngines };
}
