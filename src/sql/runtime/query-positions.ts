import type { Timers } from '../../base/environment.ts';
import { DiagnosticError, OperationalError } from '../../base/errors.ts';
import type { Admin } from '../../client/admin/admin.ts';
import type { ListedOffset, OffsetAndMetadata, TopicPartition } from '../../client/types.ts';
import type { TaskStatus } from '../../streams/runtime/streams-metrics.ts';
import { type TaskInput, withLag } from '../../streams/runtime/task-inputs.ts';
import { externalTopics, planTopics, type TaskPlan } from '../../streams/runtime/topic-plan.ts';
import type { Topology } from '../../streams/topology/topology.ts';
import type { TopicFacts } from '../analysis/session.ts';
import type { QueryInput } from '../host/host.ts';
import { withinSecond } from './within-second.ts';

type Tasks = Readonly<Record<string, TaskStatus>>;

interface QueryPositionsOptions {
  readonly admin: Admin;
  readonly timers: Timers;
  readonly describe: (names: readonly string[]) => Promise<ReadonlyMap<string, TopicFacts>>;
  readonly topology: Topology;
  readonly groupId: string;
  /** Where the query begins that has not committed yet is the beginning of what it reads. */
  readonly beginsEarliest: boolean;
}

/**
 * Where a query is in what it reads. A task of this process knows where it is. What no task knows, since the query is
 * paused or has failed, has only just been started or runs on another server, its group has committed.
 */
export class QueryPositions {
  readonly #options: QueryPositionsOptions;
  #plan: readonly TaskPlan[] | undefined;
  #asking: Promise<readonly QueryInput[]> | undefined;
  /** The cluster has kept somebody waiting, and has not answered since. */
  #isLate = false;

  constructor(options: QueryPositionsOptions) {
    this.#options = options;
  }

  /** The partitions that the topics have may be others at the next start. */
  forgetPlan(): void {
    this.#plan = undefined;
  }

  /** All partitions that the query reads; those of its tasks here where the cluster does not answer soon. */
  async inputs(running: Tasks): Promise<readonly QueryInput[]> {
    const known = inputsOf(running);
    if (this.#plan !== undefined && isComplete(this.#plan, known)) return known;
    const asked = await this.#askSoon();
    return merged(known, asked);
  }

  async #askSoon(): Promise<readonly QueryInput[]> {
    const isWaitedFor = !(this.#isLate && this.#asking !== undefined);
    this.#asking ??= this.#ask()
      .catch((error: unknown) => {
        // What it is that fails is among the errors of the query.
        if (error instanceof OperationalError || error instanceof DiagnosticError) return [];
        throw error;
      })
      .finally(() => {
        this.#asking = undefined;
        this.#isLate = false;
      });
    const late = (): readonly QueryInput[] => {
      this.#isLate = true;
      return [];
    };
    return isWaitedFor ? withinSecond(this.#options.timers, this.#asking, late) : [];
  }

  async #ask(): Promise<readonly QueryInput[]> {
    const { admin, groupId, beginsEarliest } = this.#options;
    const plan = (this.#plan ??= await this.#planTasks());
    const partitions = plan.flatMap(({ inputs }) => inputs);
    const [starts, ends, committed] = await Promise.all([
      this.#listOffsets(partitions, 'earliest'),
      this.#listOffsets(partitions, 'latest'),
      admin.listConsumerGroupOffsets(groupId),
    ]);
    return plan.flatMap(({ id, inputs }) =>
      inputs.map((input): QueryInput => {
        const startOffset = offsetIn(starts, input);
        const offset = offsetIn(committed, input) ?? (beginsEarliest ? startOffset : undefined);
        return {
          taskId: id,
          ...withLag({ ...input, offset, startOffset, endOffset: offsetIn(ends, input) }),
        };
      }),
    );
  }

  async #planTasks(): Promise<readonly TaskPlan[]> {
    const { topology, groupId } = this.#options;
    const facts = await this.#options.describe(externalTopics(topology));
    const counts = new Map([...facts].map(([topic, { partitions }]) => [topic, partitions]));
    return planTopics(topology, groupId, counts).tasks;
  }

  /** A topic that is not there, since it was deleted or is not made yet, has none. */
  async #listOffsets(
    partitions: readonly TopicPartition[],
    spec: 'earliest' | 'latest',
  ): Promise<readonly ListedOffset[]> {
    const topics = [...new Set(partitions.map(({ topic }) => topic))];
    const listed = await Promise.all(
      topics.map(async (topic) => {
        const specs = partitions.filter((each) => each.topic === topic).map((each) => ({ ...each, spec }));
        try {
          return await this.#options.admin.listOffsets(specs);
        } catch (error) {
          if (error instanceof OperationalError && error.code === 'UNKNOWN_TOPIC_OR_PARTITION') return [];
          throw error;
        }
      }),
    );
    return listed.flat();
  }
}

function inputsOf(tasks: Tasks): readonly QueryInput[] {
  return Object.entries(tasks).flatMap(([taskId, { inputs }]) =>
    inputs.map((input) => ({ taskId, ...input })),
  );
}

function isComplete(plan: readonly TaskPlan[], known: readonly QueryInput[]): boolean {
  const count = plan.reduce((sum, { inputs }) => sum + inputs.length, 0);
  return known.length === count && known.every(({ lag }) => lag !== undefined);
}

/** What the tasks know, and the rest as it was asked for. */
function merged(known: readonly QueryInput[], asked: readonly QueryInput[]): readonly QueryInput[] {
  const isAt = (input: QueryInput) => (other: QueryInput) =>
    other.taskId === input.taskId && other.topic === input.topic && other.partition === input.partition;
  const filled = known.map((input): QueryInput => {
    if (input.lag !== undefined) return input;
    const other = asked.find(isAt(input));
    return { taskId: input.taskId, ...withLag({ ...input, ...filledFrom(input, other) }) };
  });
  return [...filled, ...asked.filter((input) => !known.some(isAt(input)))];
}

function filledFrom(
  input: TaskInput,
  other: TaskInput | undefined,
): Pick<TaskInput, 'offset' | 'startOffset' | 'endOffset'> {
  return {
    offset: input.offset ?? other?.offset,
    startOffset: input.startOffset ?? other?.startOffset,
    endOffset: input.endOffset ?? other?.endOffset,
  };
}

function offsetIn(
  offsets: readonly Pick<OffsetAndMetadata, 'topic' | 'partition' | 'offset'>[],
  of: TopicPartition,
): number | undefined {
  return offsets.find(({ topic, partition }) => topic === of.topic && partition === of.partition)?.offset;
}
