import path from 'node:path';
import type { Clock, Disk } from '../../base/environment.ts';
import { messageOf, OperationalError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { backupLine, type CommandBytes, isSameCommand, LINE_END, readBackup } from './backup-file.ts';

const PREFIX = 'backup_';

interface CommandBackupOptions {
  readonly environment: { readonly clock: Clock; readonly disk: Disk };
  /** `ksql.metastore.backup.location` */
  readonly location: string;
  readonly topic: string;
  readonly logger: Logger;
  /** `ksql.command.topic.skip.damage`: where topic and backup differ, another backup is begun. */
  readonly skipDamage: boolean;
}

/**
 * A copy of the command topic in a file, in ksqlDB's form and under its names: `backup_TOPIC_MS`, of which the latest counts. It has
 * the commands that were carried out. What the topic lacks of it was lost: then the start is refused, until the topic is
 * restored.
 */
export class CommandBackup {
  readonly #options: CommandBackupOptions;
  #file: string;
  /** Of the file, those that the topic has not shown yet. */
  #expected: CommandBytes[] = [];
  /** What the topic has shown so far, for another file. */
  #seen: CommandBytes[] = [];

  /** @throws {OperationalError} where the folder cannot be made or the file cannot be read. */
  constructor(options: CommandBackupOptions) {
    this.#options = options;
    const { environment, location, logger } = options;
    const { disk } = environment;
    disk.makeDirectory(location);
    const latest = this.#latest();
    this.#file = latest ?? this.#newFile();
    if (latest === undefined) return;
    try {
      this.#expected = [...this.#readMended(latest)].reverse();
    } catch (error) {
      logger.warn('the backup of the command topic cannot be read: another one is begun', {
        file: latest,
        error: messageOf(error),
      });
      this.#file = this.#newFile();
    }
  }

  /** The file that is written. */
  get file(): string {
    return this.#file;
  }

  /**
   * Called at the start with all commands that are carried out, in order.
   * @throws {OperationalError} `COMMAND_TOPIC_DAMAGED` where the topic is not what the backup is of.
   */
  compare(commands: readonly CommandBytes[]): void {
    for (const [index, command] of commands.entries()) {
      const expected = this.#expected.pop();
      if (expected === undefined) this.write(command);
      else if (!isSameCommand(expected, command))
        this.#onDifference(`statement ${index + 1} is another one`, command);
      this.#seen.push(command);
    }
    const missing = this.#expected.length;
    if (missing > 0) this.#onDifference(`the last ${missing} statements of the backup are not in the topic`);
    this.#seen = [];
  }

  /** Appends a command. A backup that cannot be written costs no statement. */
  write(command: CommandBytes): void {
    const { disk } = this.#options.environment;
    try {
      const file = disk.open(this.#file, 'create');
      try {
        file.write([backupLine(command)], file.size());
      } finally {
        file.close();
      }
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error;
      this.#options.logger.warn(
        'the backup of the command topic is not complete: restart the server when it can be written',
        {
          file: this.#file,
          error: error.message,
        },
      );
    }
  }

  /** What a crash has left of the last line is no part of the next one: it is cut off, or ended. */
  #readMended(latest: string): readonly CommandBytes[] {
    const { disk } = this.#options.environment;
    const { commands, cut, lacksEnd } = readBackup(disk.readFile(latest));
    if (cut === undefined && !lacksEnd) return commands;
    const file = disk.open(latest, 'create');
    try {
      if (cut === undefined) file.write([LINE_END], file.size());
      else file.truncate(cut.start);
    } finally {
      file.close();
    }
    return commands;
  }

  #onDifference(what: string, command?: CommandBytes): void {
    const { topic, skipDamage, logger } = this.#options;
    const message = `the command topic ${topic} and its backup ${this.#file} differ: ${what}`;
    if (!skipDamage) {
      throw new OperationalError(
        'COMMAND_TOPIC_DAMAGED',
        `${message}; restore the topic from it by millrace sql-server restore. Where the topic is right, since it was restored from ` +
          'another backup, move this one out of its folder, as restore --backups does, or set ' +
          'ksql.command.topic.skip.damage=true to go on with what the topic has',
        { retriable: false },
      );
    }
    logger.error(`${message}; another backup is begun`);
    this.#expected = [];
    this.#file = this.#newFile();
    for (const seen of this.#seen) this.write(seen);
    if (command !== undefined) this.write(command);
  }

  #newFile(): string {
    const { environment, location, topic } = this.#options;
    const { clock, disk } = environment;
    // Two that are begun in one millisecond.
    for (let ms = clock.nowMs(); ; ms++) {
      const file = path.join(location, `${PREFIX}${topic}_${ms}`);
      if (!disk.exists(file)) return file;
    }
  }

  #latest(): string | undefined {
    const { environment, location, topic } = this.#options;
    const [latest] = backupsOf(topic, environment.disk.list(location)).toSorted((a, b) => b.time - a.time);
    return latest === undefined ? undefined : path.join(location, latest.name);
  }
}

/** Those of a command topic, among the names in a folder. */
export function backupsOf(
  topic: string,
  names: readonly string[],
): readonly { readonly name: string; readonly time: number }[] {
  const prefix = `${PREFIX}${topic}_`;
  return names.flatMap((name) => {
    const time = name.slice(prefix.length);
    return name.startsWith(prefix) && /^\d{1,15}$/.test(time) ? [{ name, time: Number(time) }] : [];
  });
}
