import type { Logger } from '../../base/logger.ts';
import { isRepeatable } from '../../sql/statements/plan-kinds.ts';
import type { Command, RecordedCommand } from './command.ts';

interface SkippedCommand {
  readonly command: Command;
  readonly reason: string;
}

/**
 * Recorded statements that this release cannot carry out: the plan cannot be read, or what applies it throws. They keep
 * the server from nothing else, but while there are any it is degraded and says so: the service is not all that was
 * recorded. A statement is done with when it, or another one on the same stream, table or type, was carried out later.
 */
export class SkippedCommands {
  readonly #byOffset = new Map<number, SkippedCommand>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get count(): number {
    return this.#byOffset.size;
  }

  /** Marks a command that is not carried out, and names it. */
  skip({ command, offset }: RecordedCommand, reason: string): void {
    const line = reason.replaceAll(/\s*\n\s*/g, ' ');
    this.#byOffset.set(offset, { command, reason: line });
    this.#logger.error('a recorded statement is not carried out', {
      offset,
      statement: command.statementText,
      reason: line,
    });
  }

  /** Called after each command that was carried out. */
  carriedOut(command: Command): void {
    for (const [offset, skipped] of this.#byOffset) {
      if (isDoneWith(skipped.command, command)) this.#byOffset.delete(offset);
    }
  }

  /** One line for each, with the way out. */
  warnings(): readonly string[] {
    return [...this.#byOffset].map(
      ([offset, { command, reason }]) =>
        `A recorded statement is not carried out: ${reason} (offset ${offset} of the command topic). ` +
        `State it again, or start a release that can carry it out: ${command.statementText}`,
    );
  }
}

function isDoneWith(skipped: Command, later: Command): boolean {
  if (objectOf(skipped) !== objectOf(later)) return false;
  const isOther = later.plan !== null && isRepeatable(later.plan);
  return !isOther || later.statementText === skipped.statementText;
}

/** What a command acts on: ``stream/`X` `` of ``stream/`X`/create``. */
function objectOf({ id }: Command): string {
  return id.slice(0, id.lastIndexOf('/'));
}
