import type { StoreInMemory } from './running-task.ts';

/** The stores of a task that are in memory only, by name: they go from a standby task to the task that takes its place. */
export type StoresInMemory = ReadonlyMap<string, StoreInMemory>;

/**
 * Who writes the stores of a task, of the members that have their state in one database: the task itself, or a standby task. As
 * the locks of task folders in Kafka Streams; but that a standby task does not hold up the task: it is told to let go.
 */
export class TaskClaims {
  /** By task, the members that run it: for a moment more than one, where the group has taken it from one that does not know yet. */
  readonly #running = new Map<string, Set<object>>();
  /** By task, how its standby task is ended; answers what it had in memory. */
  readonly #standbys = new Map<string, () => Promise<StoresInMemory>>();

  /** Notes that a member runs a task. Resolves, when there is no standby task of it any more, with what that had in memory. */
  async run(taskId: string, by: object): Promise<StoresInMemory | undefined> {
    const members = this.#running.get(taskId) ?? new Set();
    this.#running.set(taskId, members.add(by));
    return this.#standbys.get(taskId)?.();
  }

  ended(taskId: string, by: object): void {
    const members = this.#running.get(taskId);
    members?.delete(by);
    if (members?.size === 0) this.#running.delete(taskId);
  }

  /**
   * Notes a standby task, unless the task runs here, or has a standby task here already.
   * @param giveUp ends it; called once, when the task is to run here.
   */
  standBy(taskId: string, giveUp: () => Promise<StoresInMemory>): boolean {
    if (this.#running.has(taskId) || this.#standbys.has(taskId)) return false;
    this.#standbys.set(taskId, giveUp);
    return true;
  }

  standbyEnded(taskId: string): void {
    this.#standbys.delete(taskId);
  }
}
