import path from 'node:path';
import type { Disk } from '../../base/environment.ts';
import { backupsOf } from './command-backup.ts';
import { type CommandBytes, isSameCommand, readBackup } from './backup-file.ts';

const ENDING = '.replaced';

/**
 * Gives other names to the backups in a folder that a server would miss statements of in a command topic of these commands. Nothing is
 * deleted. Those that cannot be read stay: a server begins another one then.
 * @param location `ksql.metastore.backup.location`
 * @returns the paths: what they were, and what they are.
 */
export function setAsideBackups(
  commands: readonly CommandBytes[],
  { disk, location, topic }: { readonly disk: Disk; readonly location: string; readonly topic: string },
): readonly { readonly from: string; readonly to: string }[] {
  return backupsOf(topic, disk.list(location)).flatMap(({ name }) => {
    const from = path.join(location, name);
    if (isBeginningOf(commands, disk.readFile(from))) return [];
    const to = freeName(disk, `${from}${ENDING}`);
    disk.rename(from, to);
    return [{ from, to }];
  });
}

function isBeginningOf(commands: readonly CommandBytes[], content: Buffer): boolean {
  let backup: readonly CommandBytes[];
  try {
    backup = readBackup(content).commands;
  } catch {
    return true;
  }
  return backup.every((command, index) => {
    const other = commands[index];
    return other !== undefined && isSameCommand(command, other);
  });
}

function freeName(disk: Disk, wanted: string): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (!disk.exists(name)) return name;
  }
}
