/** The key and the value of a command, as they are in the topic. */
export interface CommandBytes {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** Of a line. */
export const LINE_END = Buffer.from('\n');

/** A line of a backup, as ksqlDB writes it: the key, a colon, the value. Both are JSON without line ends. */
export function backupLine({ key, value }: CommandBytes): Buffer {
  return Buffer.concat([key, Buffer.from(':'), value, LINE_END]);
}

/** What a backup has, and what a crash has cut of it. */
interface Backup {
  readonly commands: readonly CommandBytes[];
  /** Where the last line is that was cut off while it was written: from 1, and in bytes. */
  readonly cut?: { readonly line: number; readonly start: number };
  /** The last line is whole but for its end. */
  readonly lacksEnd: boolean;
}

/**
 * Reads a backup of a command topic.
 * @throws {Error} for a line that is none, with its number; the last one may be cut off, which is told.
 */
export function readBackup(content: Buffer): Backup {
  const commands: CommandBytes[] = [];
  let start = 0;
  for (let line = 1; start < content.length; line++) {
    const end = content.indexOf(LINE_END, start);
    if (end === -1) {
      const last = wholeCommand(content.subarray(start));
      if (last === undefined) return { commands, cut: { line, start }, lacksEnd: false };
      return { commands: [...commands, last], lacksEnd: true };
    }
    commands.push(commandOf(content.subarray(start, end), line));
    start = end + 1;
  }
  return { commands, lacksEnd: false };
}

/** Undefined where the line is cut off: no part of an object in JSON is JSON. */
function wholeCommand(line: Buffer): CommandBytes | undefined {
  try {
    const command = commandOf(line, 0);
    const value: unknown = JSON.parse(command.value.toString());
    return typeof value === 'object' && value !== null ? command : undefined;
  } catch {
    return undefined;
  }
}

/** The key is a JSON string, in which there may be colons. */
function commandOf(line: Buffer, number: number): CommandBytes {
  const key = /^"(?:[^"\\]|\\.)*"(?=:)/.exec(line.toString('latin1'))?.[0];
  if (key === undefined)
    throw new Error(`line ${number} is no command of a backup: no key in front of a colon`);
  return { key: line.subarray(0, key.length), value: line.subarray(key.length + 1) };
}

export function isSameCommand(one: CommandBytes, other: CommandBytes): boolean {
  return one.key.equals(other.key) && one.value.equals(other.value);
}
