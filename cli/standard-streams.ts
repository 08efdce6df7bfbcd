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

/** Whether standard output is a terminal that moves its cursor where it is told to. */
export function hasControls(): boolean {
  return process.stdout.isTTY && process.env['TERM'] !== 'dumb';
}

/** Whether such a terminal may have colours: NO_COLOR says no, where it is not empty (https://no-color.org). */
export function hasColours(): boolean {
  return hasControls() && (process.env['NO_COLOR'] ?? '') === '';
}

/** Empties the terminal. */
export function clearScreen(): void {
  if (hasControls()) process.stdout.write('\x1b[2J\x1b[H');
}

/**
 * Ends the process quietly when whoever reads its output has gone, as in `| head`.
 */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    // A terminal that is gone ends the process by SIGHUP, in its own time.
    if (error.code !== 'EIO') throw error;
  });
}
