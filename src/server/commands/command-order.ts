import type { RecordedCommand } from './command.ts';

/**
 * Decides which commands are carried out, the same on all servers and at every start. A plan is made for what there is:
 * where another server's command got ahead of it, it is carried out by nobody, and whoever recorded it plans the
 * statement anew. Commands that are not carried out get ahead of none: of several that are planned at once the first one
 * always goes through.
 */
export class CommandOrder {
  #plannedAt = 0;

  /** What the next command is planned for: behind the last one that was carried out. */
  get plannedAtOffset(): number {
    return this.#plannedAt;
  }

  isOvertaken({ command: { version, plan, plannedAtOffset }, obstacle }: RecordedCommand): boolean {
    // Version 1 was carried out in any case.
    const isPlanned = plan !== null || obstacle !== undefined;
    return version >= 2 && isPlanned && plannedAtOffset < this.#plannedAt;
  }

  /** Called when a command was carried out, or was skipped: a server of another release may carry it out. */
  carriedOut({ offset }: RecordedCommand): void {
    this.#plannedAt = offset + 1;
  }
}
