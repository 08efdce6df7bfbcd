import type { MemberOfInstance } from './task-assignment.ts';
import type { TaskLags } from './task-lags.ts';

interface StandbyInput {
  /** Ids of the tasks that have changelogs. */
  readonly tasks: readonly string[];
  readonly members: readonly MemberOfInstance[];
  /** By task, who is to run it. */
  readonly owners: ReadonlyMap<string, string>;
  /** By task, who is to bring its state up to date, beside the standby tasks. */
  readonly warmUps?: ReadonlyMap<string, string>;
  /** See `assignTasks`. */
  readonly lags: TaskLags;
  readonly acceptableRecoveryLag: number;
  /** `num.standby.replicas` */
  readonly replicas: number;
  readonly mayRun: (memberId: string, taskId: string) => boolean;
}

/**
 * Answers, by member, the standby tasks that it is given: of each task as many as there are to be, each on an instance that
 * neither runs the task nor has another one of it. They stay where their state is, as far as no member gets more than its share;
 * else they go to whoever has least. The answer depends on nothing else, so that all leaders agree.
 */
export function assignStandbys(input: StandbyInput): ReadonlyMap<string, readonly string[]> {
  const given = new Given(input);
  const { tasks, members, lags, acceptableRecoveryLag, replicas, mayRun } = input;
  for (const [task, memberId] of input.warmUps ?? []) given.warmUp(task, memberId);
  const share = members.length === 0 ? 0 : Math.ceil((tasks.length * replicas) / members.length);
  const known = tasks
    .flatMap((task) => [...(lags.get(task) ?? [])].map(([processId, lag]) => ({ task, processId, lag })))
    .filter(({ lag }) => lag <= acceptableRecoveryLag)
    .sort((a, b) => a.lag - b.lag || compare(a.task, b.task) || compare(a.processId, b.processId));
  for (let replica = 1; replica <= replicas; replica++) {
    const isDone = (task: string): boolean => given.countOf(task) >= replica;
    for (const { task, processId } of known) {
      if (isDone(task)) continue;
      given.give(
        task,
        (member) =>
          member.processId === processId && given.loadOf(member) < share && mayRun(member.memberId, task),
      );
    }
    for (const task of tasks) if (!isDone(task)) given.give(task, ({ memberId }) => mayRun(memberId, task));
  }
  return given.tasksOf;
}

/** What was given so far. */
class Given {
  readonly tasksOf = new Map<string, string[]>();
  readonly #members: readonly MemberOfInstance[];
  /** By task, the instances that have it, the one first that runs it. */
  readonly #instances: ReadonlyMap<string, Set<string>>;
  /** By task, how many standby tasks it has. */
  readonly #counts = new Map<string, number>();
  /** By member, how many tasks they run, and stand by for. */
  readonly #totals = new Map<string, number>();

  constructor({ tasks, members, owners }: StandbyInput) {
    this.#members = [...members].sort((a, b) => compare(a.memberId, b.memberId));
    const byId = new Map(members.map((member) => [member.memberId, member]));
    for (const memberId of owners.values()) this.#count(byId.get(memberId));
    this.#instances = new Map(
      tasks.map((task) => {
        const owner = byId.get(owners.get(task) ?? '');
        return [task, new Set(owner === undefined ? [] : [owner.instance])];
      }),
    );
  }

  /** Standby tasks of a task. */
  countOf(task: string): number {
    return this.#counts.get(task) ?? 0;
  }

  /** Beside those that {@link countOf} counts. */
  warmUp(task: string, memberId: string): void {
    const member = this.#members.find((each) => each.memberId === memberId);
    if (member !== undefined) this.#take(task, member);
  }

  /** Standby tasks of a member. */
  loadOf({ memberId }: MemberOfInstance): number {
    return this.tasksOf.get(memberId)?.length ?? 0;
  }

  /** Gives it to the one of them that has least, and may have it; to nobody where there is none. */
  give(task: string, may: (member: MemberOfInstance) => boolean): void {
    const instances = this.#instances.get(task) ?? new Set();
    const able = this.#members.filter((member) => !instances.has(member.instance) && may(member));
    const [first] = able;
    if (first === undefined) return;
    const member = able.reduce((best, each) => (this.#isLessLoaded(each, best) ? each : best), first);
    this.#counts.set(task, this.countOf(task) + 1);
    this.#take(task, member);
  }

  #take(task: string, member: MemberOfInstance): void {
    this.#instances.get(task)?.add(member.instance);
    this.tasksOf.set(member.memberId, [...(this.tasksOf.get(member.memberId) ?? []), task]);
    this.#count(member);
  }

  #isLessLoaded(one: MemberOfInstance, other: MemberOfInstance): boolean {
    const standbys = this.loadOf(one) - this.loadOf(other);
    if (standbys !== 0) return standbys < 0;
    return (this.#totals.get(one.memberId) ?? 0) < (this.#totals.get(other.memberId) ?? 0);
  }

  #count(member: MemberOfInstance | undefined): void {
    if (member !== undefined) this.#totals.set(member.memberId, (this.#totals.get(member.memberId) ?? 0) + 1);
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
