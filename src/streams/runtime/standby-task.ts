import { assertDefined } from '../../base/assert.ts';
import type { CacheBudget } from '../state/cache-budget.ts';
import { createStore } from '../state/create-store.ts';
import type { StoreEngine } from '../state/engine.ts';
import { type ManagedStore, NO_ORIGIN } from '../state/managed-store.ts';
import { MemoryEngine } from '../state/memory-engine.ts';
import { queryIsolation } from './processing-guarantee.ts';
import type { RestoredTask } from './restored-records.ts';
import type { StateDirectory } from './state-directory.ts';
import { storesInOrder } from './store-order.ts';
import type { StreamsAppSettings } from './streams-app-options.ts';
import type { StoresInMemory } from './task-claims.ts';
import { changelogTopicName, type TaskPlan } from './topic-plan.ts';

interface StandbySurroundings {
  readonly settings: StreamsAppSettings;
  readonly state: StateDirectory;
  readonly budget: CacheBudget;
}

/** The stores of a task that runs elsewhere, as its changelogs have them: nothing is processed here. */
export class StandbyTask implements RestoredTask {
  readonly id: string;
  readonly plan: TaskPlan;
  readonly stores: ReadonlyMap<string, ManagedStore>;
  /** The stores that are kept in memory only. */
  readonly memoryEngines: StoresInMemory;
  readonly #applicationId: string;

  private constructor(plan: TaskPlan, { settings, state, budget }: StandbySurroundings) {
    const { topology, applicationId } = settings;
    this.id = plan.id;
    this.plan = plan;
    this.#applicationId = applicationId;
    const names = storesInOrder(topology, plan.subtopology.nodes);
    const definitions = names.map((name) => assertDefined(topology.stores.get(name), `no store ${name}`));
    this.memoryEngines = new Map(
      definitions
        .filter(({ storeType }) => storeType === 'memory')
        .map(({ name }) => [name, { engine: new MemoryEngine(), position: 0 }]),
    );
    const engineFor = (store: string): { readonly engine: StoreEngine; readonly prefix: string } => {
      const memory = this.memoryEngines.get(store);
      return memory === undefined
        ? { engine: state.engine, prefix: state.prefixOf(plan.id, store) }
        : { engine: memory.engine, prefix: '' };
    };
    this.stores = new Map(
      definitions.map((definition) => [
        definition.name,
        createStore(definition, {
          ...engineFor(definition.name),
          budget,
          changelogTopic: changelogTopicName(applicationId, definition.name),
          // No record is in flight.
          origin: () => NO_ORIGIN,
          resume: () => undefined,
          timestamp: () => -1,
          storeTime: { value: -1 },
          hidesExpired: false,
          queryIsolation: queryIsolation(settings),
        }),
      ]),
    );
  }

  /** Makes it, and opens its stores. */
  static async open(plan: TaskPlan, surroundings: StandbySurroundings): Promise<StandbyTask> {
    const { settings, state } = surroundings;
    const { stores } = settings.topology;
    await state.register(
      plan.id,
      plan.subtopology.stores.filter((store) => stores.get(store)?.storeType !== 'memory'),
    );
    const task = new StandbyTask(plan, surroundings);
    for (const store of task.stores.values()) await store.open();
    return task;
  }

  changelogTopicOf(store: string): string {
    return changelogTopicName(this.#applicationId, store);
  }

  /** Deletes what has fallen out of the retention, and lets go of what queries have read. */
  async expire(): Promise<void> {
    for (const store of this.stores.values()) {
      await store.expire();
      store.evict();
    }
  }

  close(): void {
    for (const store of this.stores.values()) store.close();
  }
}
