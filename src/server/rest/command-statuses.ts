/** How a statement that was recorded has ended, for `/status`. */
export interface CommandStatus {
  readonly status: 'SUCCESS' | 'ERROR';
  readonly message: string;
  readonly queryId?: string | null;
}

const STATUSES_MAX = 1_000;

/** How the last statements have ended that were carried out here, by their ids. */
export class CommandStatuses {
  readonly #statuses = new Map<string, CommandStatus>();

  get all(): ReadonlyMap<string, CommandStatus> {
    return this.#statuses;
  }

  remember(id: string, status: CommandStatus): void {
    this.#statuses.delete(id);
    this.#statuses.set(id, status);
    const [oldest] = this.#statuses.keys();
    if (this.#statuses.size > STATUSES_MAX && oldest !== undefined) this.#statuses.delete(oldest);
  }
}
