/** The key and the value of a command, as they are in the topic. */
export interface CommandBytes {
  readonly key: Buffer;
  readonly value: Buffer;
}

const LINE_END = Buffer.from('\n');

/** A line of a backup, as ksqlDB writes it: the key, a colon, the value. Both are JSON without line ends. */
export function backupLine({ key, value }: CommandBytes): Buffer {
  return Buffer.concat([key, Buffer.from(':'), value, LINE_END]);
}

/**
 * Reads a backup of a command topic.
 * @throws {Error} for a line that is none, with its number; the last one may be cut off, and is then left out.
 */
export function readBackup(content: Buffer): readonly CommandBytes[] {
  const commands: CommandBytes[] = [];
  let start = 0;
  for (let line = 1; start < content.length; line++) {
    const end = content.indexOf(LINE_END, start);
    // A crash has come while it was written.
    if (end === -1) break;
    commands.push(commandOf(content.subarray(start, end), line));
    start = end + 1;
  }
  return commands;
}

/** The key is a JSON string, in which there may be colons. */
function commandOf(line: Buffer, number: number): CommandBytes {
  const key = /^"(?:[^"\\]|\\.)*"(?=:)/.exec(line.toString('latin1'))?.[0];
  if (key === undefined)
    throw new Error(`line ${number} is no command of a backup: no key in front of a colon`);
  return { key: line.subarray(0, key.length), value: line.subarray(key.length + 1) };
}
