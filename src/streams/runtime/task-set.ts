import type {
  KafkaConsumer,
  OffsetAndMetadata,
  PartitionOffset,
  RebalanceListener,
  TopicPartition,
} from '../../client/types.ts';
import type { Intake } from './intake.ts';
import type { QueriedTask } from './queryable-stores.ts';
import type { Restorer } from './restorer.ts';
import { openTask, type RunningTask, type TaskSurroundings } from './running-task.ts';
import { sourceChangelogOf } from './source-changelog.ts';
import type { StandbyTasks } from './standby-tasks.ts';
import type { StorePlace } from './store-lags.ts';
import type { Task } from './task.ts';
import { LATEST_OFFSET } from './subscription-info.ts';
import type { ThreadMembership } from './thread-membership.ts';
import type { ThreadPlace } from './thread-place.ts';
import type { TaskPlan } from './topic-plan.ts';

/** How long a step of restoring may wait for records. */
const RESTORE_POLL_MS = 10;

export type AssignmentPhase = 'rebalancing' | 'running';

interface TaskSetParts extends TaskSurroundings {
  readonly plans: readonly TaskPlan[];
  readonly consumer: Pick<
    KafkaConsumer,
    'assignment' | 'committed' | 'endOffsets' | 'groupMetadata' | 'resume' | 'seek'
  >;
  readonly restorer: Restorer;
  readonly intake: Intake;
  /** Called before tasks are given up that are still this member's. */
  readonly commit: () => Promise<void>;
  /** What tasks have left uncommitted that are gone: it cannot be committed with that of the others. */
  readonly onUncommitted: (error: unknown) => void;
  readonly onPhase: (phase: AssignmentPhase) => void;
  readonly place: Pick<ThreadPlace, 'onAssigned'> | undefined;
  readonly standbys: StandbyTasks;
  readonly membership: Pick<ThreadMembership, 'standbyTasks'>;
}

/** The tasks that the group has assigned to a thread: opens, restores and closes them. */
export class TaskSet implements RebalanceListener {
  readonly #parts: TaskSetParts;
  readonly #running = new Map<string, RunningTask>();
  #hasJoined = false;
  /** The generation in which something was revoked last. */
  #revokedIn: number | undefined;
  /** The tasks as they were before they began again, until they have. */
  #reopened: ReadonlyMap<string, RunningTask> | undefined;
  /** What was revoked is given to its next member in another rebalance, which begins at once (KIP-429). */
  #isFollowed = false;

  /** Tasks of which it is not known yet what their stores lack: whoever asks is to wait, as for those that are restored. */
  readonly #opening = new Set<Task>();

  constructor(parts: TaskSetParts) {
    this.#parts = parts;
  }

  get tasks(): readonly Task[] {
    return [...this.#running.values()].map(({ task }) => task);
  }

  get queried(): readonly QueriedTask[] {
    const { restorer } = this.#parts;
    const running = [...this.#running.values()].map(({ task, plan: { partition } }) => ({
      ...{ task, partition },
      isRestoring: this.#opening.has(task) || restorer.isRestoring(task),
    }));
    return [...running, ...this.#parts.standbys.queried];
  }

  /** The stores that have a changelog, or a topic in its place. */
  get storePlaces(): readonly StorePlace[] {
    const { restorer, settings } = this.#parts;
    const { restoredFromSource } = settings.topology;
    const progress = new Map(restorer.progress.map((each) => [`${each.taskId}/${each.store}`, each.offset]));
    const running = [...this.#running.values()].flatMap(({ task, plan: { partition } }) =>
      [...task.stores.values()].flatMap(({ name: store, definition }): StorePlace[] => {
        const source = restoredFromSource.get(store);
        if (source === undefined && !definition.loggingEnabled) return [];
        const changelog = { topic: source ?? task.changelogTopicOf(store), partition };
        return [{ store, partition, changelog, position: progress.get(`${task.id}/${store}`) }];
      }),
    );
    return [...running, ...this.#parts.standbys.storePlaces];
  }

  /** Those whose stores are complete. */
  get restored(): readonly RunningTask[] {
    const { restorer } = this.#parts;
    return [...this.#running.values()].filter(
      ({ task }) => !this.#opening.has(task) && !restorer.isRestoring(task),
    );
  }

  /** Of tasks that run here, and of others whose state this member is to tell, up to where: see `SubscriptionInfo`. */
  toldOffsetSums(): ReadonlyMap<string, number> {
    const { state, standbys } = this.#parts;
    const sums = new Map(state.toldOffsetSums());
    for (const [id, sum] of standbys.offsetSumsInMemory) if (sum > 0) sums.set(id, (sums.get(id) ?? 0) + sum);
    for (const { task } of this.restored) sums.set(task.id, LATEST_OFFSET);
    return sums;
  }

  /** Opens the tasks that are new; those that stay are not touched. */
  async onAssigned(partitions: readonly TopicPartition[]): Promise<void> {
    const { consumer, restorer, onPhase, place } = this.#parts;
    const { generationId } = consumer.groupMetadata();
    this.#hasJoined = true;
    this.#isFollowed = this.#revokedIn === generationId;
    onPhase('rebalancing');
    restorer.generationId = generationId;
    const committed = partitions.length === 0 ? [] : await consumer.committed(partitions);
    await this.#start(await this.#open(partitions, committed), committed);
    await this.#followStandbys();
    place?.onAssigned(generationId);
    this.#checkPhase();
  }

  /**
   * Drops whatever the tasks have not committed, and begins them again at what is committed, where they are: the state on the disk is
   * that of a commit, and of the changelogs only what came after it is read.
   */
  async reopen(): Promise<void> {
    const { consumer } = this.#parts;
    // Where this fails on its way, it is done again.
    const before = (this.#reopened ??= new Map(this.#running));
    this.#close([...this.#running.values()]);
    const partitions = consumer.assignment();
    const committed = partitions.length === 0 ? [] : await consumer.committed(partitions);
    consumer.resume(partitions);
    for (const { topic, partition, offset } of restartOffsets(before.values(), committed))
      consumer.seek({ topic, partition }, offset);
    await this.#start(await this.#open(partitions, committed, before), committed);
    this.#reopened = undefined;
    this.#checkPhase();
  }

  /** Restores them, and reads what is theirs. */
  async #start(opened: readonly RunningTask[], committed: readonly OffsetAndMetadata[]): Promise<void> {
    const { consumer, restorer, intake, state, settings } = this.#parts;
    const { topology } = settings;
    // Asks for the changelogs of all new tasks at once.
    await restorer.start(
      opened.flatMap(({ plan: { partition }, task, memoryEngines }) =>
        [...task.stores.values()].map((store) => ({
          task,
          partition,
          store,
          memory: memoryEngines.get(store.name),
          committed: task.offsets.compare(committed, state.processed),
          source: sourceChangelogOf(store.name, { topology, task, partition, committed }),
        })),
      ),
    );
    for (const { task } of opened) {
      this.#opening.delete(task);
      intake.add(task);
    }
    await Promise.all(
      opened.map(({ task }) =>
        task.offsets.findRewinds(committed, state.processed, (partitions) => consumer.endOffsets(partitions)),
      ),
    );
  }

  /** Its own, too, may still be among them: where the leader has given the task to another member, which waits for it. */
  async #followStandbys(): Promise<void> {
    const { standbys, membership } = this.#parts;
    const wanted = [...membership.standbyTasks].filter((id) => !this.#running.has(id));
    await standbys.follow(new Set(wanted));
  }

  /** Commits and closes the tasks that leave; the others go on afterwards. */
  async onRevoked(partitions: readonly TopicPartition[]): Promise<void> {
    // Under the eager protocol that is the generation before, which nothing is assigned in any more.
    this.#revokedIn = this.#parts.consumer.groupMetadata().generationId;
    this.#parts.onPhase('rebalancing');
    let failure: { readonly error: unknown } | undefined;
    try {
      // Where this fails, the new owner processes again what was not committed.
      await this.#parts.commit();
    } catch (error) {
      failure = { error };
    }
    try {
      this.#close(this.#tasksOf(partitions));
    } finally {
      if (failure !== undefined) this.#parts.onUncommitted(failure.error);
    }
  }

  onLost(partitions: readonly TopicPartition[]): void {
    this.#parts.onPhase('rebalancing');
    this.#parts.state.tellsNothing();
    const lost = this.#tasksOf(partitions);
    this.#close(lost);
    if (lost.length > 0) this.#parts.onUncommitted(undefined);
  }

  /** Restores a little, so that the loop can go on polling; it waits for records only where nobody has work. */
  restore({ hasWork }: { readonly hasWork: boolean }): Promise<void> | undefined {
    return this.#parts.restorer.isIdle ? undefined : this.#restore(hasWork ? 0 : RESTORE_POLL_MS);
  }

  async #restore(timeoutMs: number): Promise<void> {
    await this.#parts.restorer.step(timeoutMs);
    this.#checkPhase();
  }

  #checkPhase(): void {
    const { restorer, onPhase } = this.#parts;
    if (restorer.isIdle && this.#hasJoined && !this.#isFollowed) onPhase('running');
  }

  /** Between commits: lets go of what the memory has no room for. */
  evict(): void {
    for (const { task } of this.#running.values()) task.evict();
  }

  /** Drops all tasks and whatever they have not committed. @throws what an operator of the user's threw. */
  close(): void {
    this.#reopened = undefined;
    this.#parts.state.tellsNothing();
    this.#close([...this.#running.values()]);
  }

  #close(leaving: readonly RunningTask[]): void {
    const { restorer, intake, metrics, state } = this.#parts;
    const failures: unknown[] = [];
    for (const { task } of leaving) {
      this.#running.delete(task.id);
      this.#opening.delete(task);
      state.claims.ended(task.id, this);
      intake.remove(task);
      restorer.forget(task);
      metrics.closed(task);
      try {
        task.close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  /** Tasks that read one of these: all partitions of a task come and go together. */
  #tasksOf(partitions: readonly TopicPartition[]): readonly RunningTask[] {
    const names = new Set(partitions.map(nameOf));
    return [...this.#running.values()].filter(({ plan }) =>
      plan.inputs.some((input) => names.has(nameOf(input))),
    );
  }

  async #open(
    partitions: readonly TopicPartition[],
    committed: readonly OffsetAndMetadata[],
    before?: ReadonlyMap<string, RunningTask>,
  ): Promise<readonly RunningTask[]> {
    const names = new Set(partitions.map(nameOf));
    const opened: RunningTask[] = [];
    for (const plan of this.#parts.plans) {
      if (this.#running.has(plan.id)) continue;
      if (!plan.inputs.some((input) => names.has(nameOf(input)))) continue;
      const memoryEngines = await this.#parts.state.claims.run(plan.id, this);
      const former = before?.get(plan.id) ?? (memoryEngines && { memoryEngines });
      const running = await openTask(plan, committed, { ...this.#parts, before: former });
      this.#opening.add(running.task);
      this.#running.set(plan.id, running);
      opened.push(running);
    }
    return opened;
  }
}

/** Where tasks begin again: at what is committed; where nothing is, at the first record that they were given. */
function restartOffsets(
  tasks: Iterable<RunningTask>,
  committed: readonly OffsetAndMetadata[],
): readonly PartitionOffset[] {
  return [...tasks].flatMap(({ task }) =>
    task.queues.flatMap(({ topic, partition, firstOffset }) => {
      const found = committed.find((each) => each.topic === topic && each.partition === partition);
      const offset = found?.offset ?? firstOffset;
      return offset < 0 ? [] : [{ topic, partition, offset }];
    }),
  );
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`;
