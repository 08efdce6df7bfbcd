import { terminalText } from './shell/visible-text.ts';

/**
 * The only way by which a command writes. Records, names and messages may come from anybody: on a terminal no character
 * of theirs steers it, and into a file or a pipe they go as they are.
 */
export function writeOut(text: string): void {
  process.stdout.write(onStdout(text));
}

/** As {@link writeOut}, for what is said about a command's work. */
export function writeError(text: string): void {
  process.stderr.write(process.stderr.isTTY ? terminalText(text) : text);
}

/** A text as standard output shows it, for those who hand it on to another program on the same terminal. */
export function onStdout(text: string): string {
  return process.stdout.isTTY ? terminalText(text) : text;
}

/** Empties the terminal. */
export function clearScreen(): void {
  process.stdout.write('\x1b[2J\x1b[H');
}
