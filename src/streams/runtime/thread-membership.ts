import type { Timer } from '../../base/environment.ts';
import { OperationalError } from '../../base/errors.ts';
import type {
  ConsumerAssignor,
  KafkaAdmin,
  KafkaConsumer,
  PartitionOffset,
  TopicPartition,
} from '../../client/types.ts';
import { hostInfoOf } from './host-info.ts';
import { isWakeup } from './intake.ts';
import {
  knownBetterHere,
  type StateLocations,
  stateLocations,
  storeSources,
  type ToldPartitions,
} from './state-locations.ts';
import type { StreamsAppSettings } from './streams-app-options.ts';
import { taskAssignors } from './task-assignor.ts';
import type { ThreadPlace } from './thread-place.ts';
import type { TopicPlan } from './topic-plan.ts';

/** How long an assignment waits for the ends of changelogs: all members wait for it. */
const END_OFFSETS_MS_MAX = 5_000;
/** How long the group may take to hear that all are to end. */
const TELL_MS_MAX = 30_000;
const TELL_POLL_MS = 100;

interface ThreadMembershipParts {
  readonly settings: StreamsAppSettings;
  readonly plan: TopicPlan;
  readonly admin: Pick<KafkaAdmin, 'listOffsets'>;
  /** The id of the process: members that have their state together have one. */
  readonly processId: () => string;
  /** See `SubscriptionInfo`. */
  readonly taskOffsetSums: () => ReadonlyMap<string, number>;
  readonly place?: Pick<ThreadPlace, 'instance'> | undefined;
}

/** A thread as a member of its group: what it tells the others, and what becomes of what the leader tells it. */
export class ThreadMembership {
  readonly assignors: readonly ConsumerAssignor[];
  readonly #settings: Pick<StreamsAppSettings, 'environment' | 'logger'>;
  #consumer: Pick<KafkaConsumer, 'enforceRebalance'> | undefined;
  #locations: StateLocations;
  #standbyTasks: ReadonlySet<string> = new Set();
  #asksToEnd = false;
  #failure: OperationalError | undefined;
  #rejoin: Timer | undefined;

  constructor({ settings, plan, admin, place, ...told }: ThreadMembershipParts) {
    const { logger, applicationId, topology, acceptableRecoveryLag, applicationServer } = settings;
    const { standbyReplicas, warmupReplicasMax, probingRebalanceIntervalMs } = settings;
    this.#settings = settings;
    const stores = storeSources(topology, { applicationId, tasks: plan.tasks });
    this.#locations = { clients: [], stores };
    this.assignors = taskAssignors({
      applicationId,
      topology,
      ...{ acceptableRecoveryLag, standbyReplicas, warmupReplicasMax, probingRebalanceIntervalMs },
      nowMs: () => settings.environment.clock.nowMs(),
      tasks: plan.tasks,
      ...told,
      instance: place?.instance,
      userEndPoint: applicationServer,
      endOffsets: (partitions) => endOffsets(partitions, { admin, settings }),
      asksToEnd: () => this.#asksToEnd,
      onEnd: (error) => {
        this.#failure ??= error;
      },
      onDifferences: (differences) =>
        logger.warn('members of the group run different topologies', { groupId: applicationId, differences }),
      onRejoin: (at) => this.#rejoinAt(at),
      onAssignmentInfo: (info) => {
        this.#locations = stateLocations(stores, knownHere(info, { plan, applicationServer }));
        this.#standbyTasks = new Set(info.standbyTasks.keys());
      },
    });
  }

  /** Who has what in the group, as its leader has told with the last assignment. */
  get locations(): StateLocations {
    return this.#locations;
  }

  /** The tasks that the leader has given this member to stand by for, with the last assignment. */
  get standbyTasks(): ReadonlySet<string> {
    return this.#standbyTasks;
  }

  /** Rebalances that the leader has scheduled are asked for there. */
  attach(consumer: Pick<KafkaConsumer, 'enforceRebalance'>): void {
    this.#consumer = consumer;
  }

  /** @throws {OperationalError} what the leader has ended this member for, such as `SHUTDOWN_REQUESTED`. */
  throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /**
   * Asks all instances of the application to end, as SHUTDOWN_APPLICATION of Kafka Streams does: joins the group anew, whose
   * leader, told so in the subscription, tells all members in their assignments. Nobody gets a task then: who asks has to be
   * in the group still, or another instance would take up what has failed here.
   * @param consumer whose subscription does nothing any more about what is assigned or revoked.
   */
  async askAllToEnd(consumer: Pick<KafkaConsumer, 'enforceRebalance' | 'poll'>): Promise<void> {
    const { clock } = this.#settings.environment;
    const deadline = clock.monotonicMs() + TELL_MS_MAX;
    this.#asksToEnd = true;
    consumer.enforceRebalance('all instances of the application are to end');
    while (this.#failure === undefined && clock.monotonicMs() < deadline) {
      // Whoever wakes the loop, or stops it, does not know that it has ended.
      await consumer.poll(TELL_POLL_MS).catch((error: unknown) => {
        if (!isWakeup(error)) throw error;
      });
    }
    if (this.#failure === undefined)
      this.#settings.logger.warn('the other instances could not be asked to end');
  }

  close(): void {
    this.#rejoin?.cancel();
    this.#consumer = undefined;
  }

  #rejoinAt(at: 'now' | number | undefined): void {
    const { clock, timers } = this.#settings.environment;
    this.#rejoin?.cancel();
    this.#rejoin = undefined;
    if (at === undefined) return;
    const delayMs = at === 'now' ? 0 : Math.max(0, at - clock.nowMs());
    this.#rejoin = timers.after(delayMs, () =>
      this.#consumer?.enforceRebalance('the leader has asked for it'),
    );
  }
}

/** Who has what, as the leader tells, where this member does not know better. */
function knownHere(
  info: ToldPartitions & { readonly activeTasks: readonly string[] },
  { plan, applicationServer }: { readonly plan: TopicPlan; readonly applicationServer: string | undefined },
): ToldPartitions {
  const own = hostInfoOf(applicationServer ?? '');
  if (own === undefined) return info;
  const active = new Set(info.activeTasks);
  const partitions = plan.tasks.flatMap(({ id, inputs }) => (active.has(id) ? inputs : []));
  return knownBetterHere(info, { ...own, partitions });
}

/** The ends of changelogs; undefined where the cluster does not answer in time, or not with all of them. */
async function endOffsets(
  partitions: readonly TopicPartition[],
  {
    admin,
    settings: { environment, logger },
  }: { readonly admin: Pick<KafkaAdmin, 'listOffsets'>; readonly settings: StreamsAppSettings },
): Promise<readonly PartitionOffset[] | undefined> {
  const over = new AbortController();
  try {
    return await Promise.race([
      admin.listOffsets(partitions.map((partition) => ({ ...partition, spec: 'latest' as const }))),
      environment.timers.sleep(END_OFFSETS_MS_MAX, over.signal).then(
        () => undefined,
        () => undefined,
      ),
    ]);
  } catch (error) {
    if (!(error instanceof OperationalError)) throw error;
    logger.warn('tasks are assigned without knowing the ends of their changelogs', { error: error.message });
    return undefined;
  } finally {
    over.abort();
  }
}
