import { messageOf, OperationalError } from '../../base/errors.ts';
import type { FetchedRecords, KafkaAdmin, KafkaConsumer, OffsetAndMetadata } from '../../client/types.ts';
import type { CacheBudget } from '../state/cache-budget.ts';
import { isWakeup } from './intake.ts';
import type { QueriedTask } from './queryable-stores.ts';
import type { ProcessingPause } from './processing-pause.ts';
import { RestoreStart } from './restore-start.ts';
import { applyRecords, type RestoredStore } from './restored-records.ts';
import { sourceChangelogOf } from './source-changelog.ts';
import { StandbyTask } from './standby-task.ts';
import type { StateDirectory } from './state-directory.ts';
import type { StorePlace } from './store-lags.ts';
import type { StreamsAppSettings } from './streams-app-options.ts';
import type { StoresInMemory } from './task-claims.ts';
import { changelogEnds, type ThreadClients } from './thread-clients.ts';
import type { TaskPlan } from './topic-plan.ts';

/** How long a poll waits for records; whoever has something else for the loop wakes it. */
const POLL_MS = 1_000;
/** How often expired rows are deleted. */
const EXPIRE_MS = 5_000;
/** How often committed offsets are asked for at most: with each commit of the others. */
const COMMITTED_MS_MIN = 100;
/** How long the loop waits where the cluster has not answered. */
const RETRY_MS = 500;
/** The changelog is another one than was read, or has lost what comes next: it is looked at anew. */
const LOST_PLACE: ReadonlySet<string> = new Set(['OFFSET_OUT_OF_RANGE', 'LOG_TRUNCATED', 'NO_OFFSET']);

interface StandbyParts {
  readonly settings: StreamsAppSettings;
  readonly plans: readonly TaskPlan[];
  readonly state: StateDirectory;
  readonly budget: CacheBudget;
  readonly pause: Pick<ProcessingPause, 'isPaused'>;
  readonly clients: Pick<ThreadClients, 'newStandbyConsumer' | 'restoreConsumer'>;
  readonly admin: Pick<KafkaAdmin, 'listConsumerGroupOffsets' | 'listOffsets'>;
}

/** A store that is kept up to date. */
interface Followed extends RestoredStore {
  readonly task: StandbyTask;
  /** The next offset that the store has not seen. */
  position: number;
}

/**
 * The standby tasks of a thread (`num.standby.replicas`): their stores follow the changelogs, with the offsets in the batches of
 * the changes, so that a task which comes here goes on from what is there. A loop beside that of the thread reads; what it does
 * to stores it does in sections, between which a task may be taken away from it.
 */
export class StandbyTasks {
  readonly #parts: StandbyParts;
  readonly #onFailed: (error: unknown) => void;
  readonly #start: RestoreStart;
  #wanted: ReadonlySet<string> = new Set();
  readonly #tasks = new Map<string, StandbyTask>();
  #followed: readonly Followed[] = [];
  /** What the consumer reads of them. */
  #assigned: readonly Followed[] = [];
  #consumer: KafkaConsumer | undefined;
  #endPause: () => void = () => undefined;
  /** Resolves when the section of the loop is over that is under way. */
  #section: Promise<unknown> = Promise.resolve();
  #loop: Promise<void> | undefined;
  #isClosed = false;
  #expiredMs = 0;
  #committedMs = 0;

  /** @param onFailed called with what ends them. */
  constructor(parts: StandbyParts, onFailed: (error: unknown) => void) {
    this.#parts = parts;
    this.#onFailed = onFailed;
    this.#start = new RestoreStart({ state: parts.state, logger: parts.settings.logger });
  }

  get queried(): readonly QueriedTask[] {
    return [...this.#tasks.values()].map((task) => ({
      ...{ task, partition: task.plan.partition },
      ...{ isRestoring: false, isStandby: true },
    }));
  }

  get storePlaces(): readonly StorePlace[] {
    return this.#followed.map(({ store: { name: store }, topic, partition, position }) => ({
      ...{ store, partition, position },
      changelog: { topic, partition },
    }));
  }

  /** By task, what of its sum of offsets the state directory does not know of: that of stores in memory. */
  get offsetSumsInMemory(): ReadonlyMap<string, number> {
    return new Map(
      [...this.#tasks].map(([id, { memoryEngines }]) => [
        id,
        [...memoryEngines.values()].reduce((sum, { position }) => sum + position, 0),
      ]),
    );
  }

  /** The tasks that are to be kept up to date from now on, but for those that run here. Others are let go of. */
  async follow(wanted: ReadonlySet<string>): Promise<void> {
    this.#wanted = wanted;
    const leaving = [...this.#tasks.keys()].filter((id) => !wanted.has(id));
    if (leaving.length > 0) {
      await this.#inSection(() => {
        for (const id of leaving) this.#end(id);
      });
    }
    if (wanted.size > 0 && !this.#isClosed) this.#loop ??= this.#run();
    this.wake();
  }

  /** Ends all of them, and the loop. Their state stays where it is. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.wake();
    await this.#inSection(() => {
      for (const id of [...this.#tasks.keys()]) this.#end(id);
    });
    await this.#consumer?.close();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { clients } = this.#parts;
    const consumer = (this.#consumer ??= clients.newStandbyConsumer());
    while (!this.#isClosed && this.#wanted.size > 0) {
      try {
        await this.#inSection(() => this.#openWanted(consumer));
        if (this.#assigned.length === 0 || this.#parts.pause.isPaused) await this.#pause(this.#pollMs);
        else await this.#poll(consumer);
        await this.#inSection(() => this.#keepUp());
      } catch (error) {
        if (this.#isClosed || isWakeup(error)) continue;
        if (!(await this.#mends(error))) {
          this.#onFailed(error);
          return;
        }
        await this.#pause(RETRY_MS);
      }
    }
    consumer.assign([]);
    this.#assigned = [];
    this.#loop = undefined;
  }

  /**
   * Whether it goes on after an error: one of the cluster, or one that says that a changelog is not what was read. What was polled
   * may not have been applied: the loop opens all of them anew, where their state is.
   */
  async #mends(error: unknown): Promise<boolean> {
    if (!(error instanceof OperationalError) || !(error.retriable || LOST_PLACE.has(error.code)))
      return false;
    this.#parts.settings.logger.warn('standby tasks begin anew', { error: messageOf(error) });
    await this.#inSection(() => {
      for (const id of [...this.#tasks.keys()]) this.#end(id);
    });
    return true;
  }

  /** Waits for so long, or until it is woken. */
  async #pause(timeMs: number): Promise<void> {
    const over = new AbortController();
    this.#endPause = () => over.abort();
    await this.#parts.settings.environment.timers.sleep(timeMs, over.signal).catch(() => undefined);
  }

  /** Has the loop look at what there is to do. */
  wake(): void {
    this.#endPause();
    this.#consumer?.wakeup();
  }

  async #poll(consumer: KafkaConsumer): Promise<void> {
    const polled = this.#assigned;
    const fetched = await consumer.poll(this.#pollMs);
    await this.#inSection(async () => {
      for (const each of fetched) await this.#apply(each, polled);
      // Positions also pass transaction markers and what compaction has removed.
      for (const each of this.#followed)
        if (polled.includes(each)) each.position = positionIn(each, consumer.positionNow(each) ?? 0);
    });
  }

  /** @param polled what was read when the poll began: what was taken away and has come back since begins elsewhere. */
  async #apply(fetched: FetchedRecords, polled: readonly Followed[]): Promise<void> {
    const found = this.#followed.find(
      ({ topic, partition }) => topic === fetched.topic && partition === fetched.partition,
    );
    if (found === undefined || !polled.includes(found)) return;
    await applyRecords(found, fetched, this.#parts.state);
    found.position = positionIn(found, fetched.nextOffset);
  }

  async #keepUp(): Promise<void> {
    const now = this.#parts.settings.environment.clock.monotonicMs();
    if (now - this.#expiredMs >= EXPIRE_MS) {
      this.#expiredMs = now;
      for (const task of this.#tasks.values()) await task.expire();
    }
    if (this.#hasSources && now - this.#committedMs >= this.#pollMs) {
      this.#committedMs = now;
      await this.#learnCommitted();
    }
  }

  async #learnCommitted(): Promise<void> {
    try {
      const committed = await this.#committed();
      for (const { source, partition } of this.#followed)
        source?.advance(offsetOf(committed, source, partition));
    } catch (error) {
      if (!(error instanceof OperationalError && error.retriable)) throw error;
    }
  }

  /** Tables that are restored from the topics that they are read from have seen of these what the group has committed. */
  get #hasSources(): boolean {
    return this.#followed.some(({ source }) => source !== undefined);
  }

  get #pollMs(): number {
    const { commitIntervalMs } = this.#parts.settings;
    return this.#hasSources ? Math.min(POLL_MS, Math.max(COMMITTED_MS_MIN, commitIntervalMs)) : POLL_MS;
  }

  /** Opens those that are wanted and are not here yet, as far as nobody else of this process has them. */
  async #openWanted(consumer: KafkaConsumer): Promise<void> {
    const { plans, settings, state, budget } = this.#parts;
    const { claims } = state;
    for (const plan of plans) {
      if (this.#isClosed || !this.#wanted.has(plan.id) || this.#tasks.has(plan.id)) continue;
      if (!claims.standBy(plan.id, () => this.#giveUp(plan.id))) continue;
      try {
        const task = await StandbyTask.open(plan, { settings, state, budget });
        this.#tasks.set(plan.id, task);
        this.#followed = [...this.#followed, ...(await this.#followedOf(task, consumer))];
      } catch (error) {
        this.#end(plan.id);
        throw error;
      }
    }
    this.#assign(consumer);
  }

  async #followedOf(task: StandbyTask, consumer: KafkaConsumer): Promise<readonly Followed[]> {
    const { settings, clients, admin } = this.#parts;
    const endOffsets = changelogEnds(settings, { ...clients, admin });
    const { topology } = settings;
    const { partition } = task.plan;
    const hasSource = [...task.stores.keys()].some((store) => topology.restoredFromSource.has(store));
    const committed = hasSource ? await this.#committed() : [];
    const stores = [...task.stores.values()].flatMap((store) => {
      const source = sourceChangelogOf(store.name, { topology, task, partition, committed });
      if (source === undefined && !store.definition.loggingEnabled) return [];
      const topic = source?.topic ?? task.changelogTopicOf(store.name);
      return [{ task, store, source, topic, partition, memory: task.memoryEngines.get(store.name) }];
    });
    const partitions = stores.map(({ topic }) => ({ topic, partition }));
    const [ends, beginnings] = await Promise.all([
      endOffsets(partitions),
      consumer.beginningOffsets(partitions),
    ]);
    const followed: Followed[] = [];
    for (const store of stores) {
      const { topic, memory, source } = store;
      const beginning = offsetOf(beginnings, store, partition);
      const end = Math.min(source?.end ?? Number.POSITIVE_INFINITY, offsetOf(ends, store, partition));
      // Others process it, and the group has their offsets.
      const stored = { ...store, committed: 'further' } as const;
      const position =
        memory === undefined
          ? await this.#start.beginAt(stored, { topic, partition, beginning, end })
          : Math.max(beginning, memory.position);
      followed.push({ ...store, position });
    }
    return followed;
  }

  #assign(consumer: KafkaConsumer): void {
    const readable = this.#followed.filter(
      ({ position, source }) => source === undefined || position < source.end,
    );
    const isSame =
      readable.length === this.#assigned.length && readable.every((each) => this.#assigned.includes(each));
    if (isSame) return;
    this.#assigned = readable;
    consumer.assign(readable.map(({ topic, partition }) => ({ topic, partition })));
    for (const each of readable)
      if (consumer.positionNow(each) !== each.position) consumer.seek(each, each.position);
  }

  #committed(): Promise<readonly OffsetAndMetadata[]> {
    const { admin, settings } = this.#parts;
    return admin.listConsumerGroupOffsets(settings.applicationId);
  }

  /** The task is to run in this process. */
  #giveUp(id: string): Promise<StoresInMemory> {
    return this.#inSection(() => {
      const memory = this.#tasks.get(id)?.memoryEngines ?? new Map();
      this.#end(id);
      return memory;
    });
  }

  #end(id: string): void {
    this.#tasks.get(id)?.close();
    this.#tasks.delete(id);
    this.#followed = this.#followed.filter(({ task }) => task.id !== id);
    this.#parts.state.claims.standbyEnded(id);
  }

  /** Has something done while nothing else is done to the stores. */
  #inSection<T>(action: () => T | Promise<T>): Promise<T> {
    const done = this.#section.then(action);
    this.#section = done.catch(() => undefined);
    return done;
  }
}

const positionIn = ({ position, source }: Followed, read: number): number =>
  Math.min(Math.max(position, read), source?.end ?? Number.POSITIVE_INFINITY);

function offsetOf(
  offsets: readonly { readonly topic: string; readonly partition: number; readonly offset: number }[],
  { topic }: { readonly topic: string },
  partition: number,
): number {
  return offsets.find((each) => each.topic === topic && each.partition === partition)?.offset ?? 0;
}
