/** A task, as far as it matters to who runs it. */
interface TaskToAssign {
  readonly id: string;
  /** It has stores, whose content takes time to move. */
  readonly isStateful: boolean;
}

/** A member of the group: a stream thread. Those of one process share its state. */
interface AssignableMember {
  readonly memberId: string;
  readonly processId: string;
}

/** A member, and what fails with it: the threads of one process are instances of their own to the group, as far as state goes. */
export interface MemberOfInstance extends AssignableMember {
  readonly instance: string;
}

interface AssignmentInput {
  readonly tasks: readonly TaskToAssign[];
  readonly members: readonly AssignableMember[];
  /** By task, the member that runs it now, whose state of it is within the acceptable lag. */
  readonly runningOn?: ReadonlyMap<string, string>;
  /** By task, then process: how many changelog records its state there lacks. Processes without state of it are absent. */
  readonly lags?: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** `acceptable.recovery.lag`: what lacks no more than so many records counts as complete. */
  readonly acceptableRecoveryLag: number;
  /** Whether a member has the task in its topology. A task that nobody has is nobody's. */
  readonly mayRun?: (memberId: string, taskId: string) => boolean;
}

/**
 * Answers the member of each task. Stateful tasks and stateless ones are balanced apart: of each kind, no member has more
 * than one more than another, and what does not go round goes first to the processes that have fewest, so that a process is not
 * left without work where there are fewer tasks than members. As far as that allows, a task stays with the member that runs it;
 * else it goes to the process whose state of it lacks least, and else to whoever has least. The answer depends on nothing else,
 * so that all leaders agree.
 *
 * This is the balanced assignment that the high-availability assignment of Kafka Streams (KIP-441) comes to in the end; see
 * `withWarmUps` for what moves later.
 */
export function assignTasks(input: AssignmentInput): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  const totals = new Map(input.members.map(({ memberId }) => [memberId, 0]));
  const ofProcess = new Map<string, number>();
  for (const isStateful of [true, false]) {
    const tasks = input.tasks.filter((task) => task.isStateful === isStateful).map(({ id }) => id);
    const shares = new Shares(input.members, tasks.length, { owners, totals, ofProcess });
    keep(tasks, shares, input);
    giveToLeastLag(tasks, shares, input);
    giveToLeastLoaded(tasks, shares, input);
  }
  return owners;
}

/** How many tasks of one kind each member has, and may have. */
class Shares {
  readonly #members: readonly AssignableMember[];
  readonly #owners: Map<string, string>;
  readonly #totals: Map<string, number>;
  readonly #counts = new Map<string, number>();
  readonly #ofProcess: Map<string, number>;
  readonly #least: number;
  /** By process, how many of its members may have one task more than {@link #least}. */
  readonly #extras: ReadonlyMap<string, Extras>;
  /** So many {@link Extras.open} places may still be taken. */
  #openLeft: number;

  constructor(
    members: readonly AssignableMember[],
    taskCount: number,
    over: {
      readonly owners: Map<string, string>;
      readonly totals: Map<string, number>;
      readonly ofProcess: Map<string, number>;
    },
  ) {
    this.#members = [...members].sort((a, b) => compare(a.memberId, b.memberId));
    this.#owners = over.owners;
    this.#totals = over.totals;
    this.#ofProcess = over.ofProcess;
    this.#least = members.length === 0 ? 0 : Math.floor(taskCount / members.length);
    const { byProcess, openCount } = extrasOf(members, this.#least, taskCount - this.#least * members.length);
    this.#extras = byProcess;
    this.#openLeft = openCount;
  }

  /** In the order of their ids. */
  get members(): readonly AssignableMember[] {
    return this.#members;
  }

  isAssigned(task: string): boolean {
    return this.#owners.has(task);
  }

  hasRoom({ memberId, processId }: AssignableMember): boolean {
    const count = this.#countOf(memberId);
    if (count !== this.#least) return count < this.#least;
    const extras = this.#extras.get(processId);
    return extras !== undefined && (extras.sure > 0 || (extras.open > 0 && this.#openLeft > 0));
  }

  take(task: string, member: AssignableMember): void {
    const { memberId, processId } = member;
    const count = this.#countOf(memberId);
    const extras = this.#extras.get(processId);
    if (count === this.#least && extras !== undefined && this.hasRoom(member)) {
      if (extras.sure > 0) extras.sure--;
      else {
        extras.open--;
        this.#openLeft--;
      }
    }
    this.#ofProcess.set(processId, (this.#ofProcess.get(processId) ?? 0) + 1);
    this.#counts.set(memberId, count + 1);
    this.#totals.set(memberId, (this.#totals.get(memberId) ?? 0) + 1);
    this.#owners.set(task, memberId);
  }

  /** Of these, the one with the fewest tasks of the kind, then of all, its process's before its own; undefined of none. */
  leastLoaded(members: readonly AssignableMember[]): AssignableMember | undefined {
    return members.reduce<AssignableMember | undefined>(
      (best, each) => (best === undefined || this.#isLessLoaded(each, best) ? each : best),
      undefined,
    );
  }

  #countOf(memberId: string): number {
    return this.#counts.get(memberId) ?? 0;
  }

  #isLessLoaded(one: AssignableMember, other: AssignableMember): boolean {
    const kind = this.#countOf(one.memberId) - this.#countOf(other.memberId);
    if (kind !== 0) return kind < 0;
    const ofProcess = (this.#ofProcess.get(one.processId) ?? 0) - (this.#ofProcess.get(other.processId) ?? 0);
    if (ofProcess !== 0) return ofProcess < 0;
    return (this.#totals.get(one.memberId) ?? 0) < (this.#totals.get(other.memberId) ?? 0);
  }
}

/** Places for one task more, of the members of a process. */
interface Extras {
  /** Which the process has in any case. */
  sure: number;
  /** 1 where it may have one more, as others with as many tasks may: not all of them get it. */
  open: number;
}

/**
 * Shares out `count` places, one a member at most, among processes: each goes to one that has fewest tasks then, as Kafka
 * Streams' DefaultBalancedAssignor distributes over clients as far as the threads of none of them have more than others' have.
 */
function extrasOf(
  members: readonly AssignableMember[],
  least: number,
  count: number,
): { readonly byProcess: ReadonlyMap<string, Extras>; readonly openCount: number } {
  const sizes = new Map<string, number>();
  for (const { processId } of members) sizes.set(processId, (sizes.get(processId) ?? 0) + 1);
  // What each place makes the number of its process's tasks.
  const levels = [...sizes.values()]
    .flatMap((size) => Array.from({ length: size }, (_, i) => least * size + i))
    .sort((a, b) => a - b);
  const last = levels[count - 1] ?? -1;
  let openCount = count;
  const byProcess = new Map<string, Extras>();
  for (const [processId, size] of sizes) {
    const sure = Math.max(0, Math.min(size, last - least * size));
    openCount -= sure;
    byProcess.set(processId, { sure, open: last >= least * size && sure < size ? 1 : 0 });
  }
  return { byProcess, openCount };
}

type Rules = Pick<AssignmentInput, 'runningOn' | 'lags' | 'acceptableRecoveryLag' | 'mayRun'>;

const mayRun = ({ mayRun: rule }: Rules, { memberId }: AssignableMember, task: string): boolean =>
  rule === undefined || rule(memberId, task);

/** Who has too many keeps rather those of which nobody else has the state. */
function keep(tasks: readonly string[], shares: Shares, rules: Rules): void {
  const { runningOn = new Map<string, string>() } = rules;
  for (const member of shares.members) {
    const own = tasks.filter(
      (task) => runningOn.get(task) === member.memberId && mayRun(rules, member, task),
    );
    const bound = own.filter((task) => !isCaughtUpElsewhere(task, member, rules));
    for (const task of new Set([...bound, ...own])) if (shares.hasRoom(member)) shares.take(task, member);
  }
}

function isCaughtUpElsewhere(
  task: string,
  { processId }: AssignableMember,
  { lags, acceptableRecoveryLag }: Rules,
): boolean {
  const byProcess = lags?.get(task) ?? new Map<string, number>();
  return [...byProcess].some(([other, lag]) => other !== processId && lag <= acceptableRecoveryLag);
}

function giveToLeastLag(tasks: readonly string[], shares: Shares, rules: Rules): void {
  const known = tasks.flatMap((task) =>
    [...(rules.lags?.get(task) ?? [])].map(([processId, lag]) => ({ task, processId, lag })),
  );
  known.sort((a, b) => a.lag - b.lag || compare(a.task, b.task) || compare(a.processId, b.processId));
  for (const { task, processId } of known) {
    if (shares.isAssigned(task)) continue;
    const able = shares.members.filter(
      (member) => member.processId === processId && mayRun(rules, member, task) && shares.hasRoom(member),
    );
    const member = shares.leastLoaded(able);
    if (member !== undefined) shares.take(task, member);
  }
}

function giveToLeastLoaded(tasks: readonly string[], shares: Shares, rules: Rules): void {
  for (const task of tasks) {
    if (shares.isAssigned(task)) continue;
    const able = shares.members.filter((member) => mayRun(rules, member, task));
    const withRoom = able.filter((member) => shares.hasRoom(member));
    const member = shares.leastLoaded(withRoom.length > 0 ? withRoom : able);
    if (member !== undefined) shares.take(task, member);
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
