import { writeError } from '../standard-streams.ts';

/** Tells whoever has started the cluster, in that terminal. */
export function say(line: string): void {
  writeError(`millrace: ${line}\n`);
}
