import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Names what was made of files by what is in them, so that a change of them makes it anew. */
export function digestOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 12);
}
