import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const ENTRIES_MAX = 1_000;

/**
 * What was entered before, oldest first, kept across runs in a file of one JSON string a line (entries have line
 * breaks of their own). A history that cannot be read or written is no reason to stop: the shell then goes without.
 */
export class History {
  readonly #file: string | undefined;
  #entries: string[] = [];

  constructor(file?: string) {
    this.#file = file;
    if (file === undefined || !existsSync(file)) return;
    try {
      this.#entries = readFileSync(file, 'utf8').split('\n').flatMap(parseEntry);
    } catch {
      // Unreadable (permissions, a directory): start empty.
    }
  }

  get entries(): readonly string[] {
    return this.#entries;
  }

  /** Remembers an entry, unless it is blank or the same as the one before. */
  add(entry: string): void {
    if (entry.trim() === '' || entry === this.#entries.at(-1)) return;
    this.#entries = [...this.#entries, entry].slice(-ENTRIES_MAX);
    if (this.#file === undefined) return;
    try {
      mkdirSync(path.dirname(this.#file), { recursive: true });
      writeFileSync(this.#file, this.#entries.map((e) => `${JSON.stringify(e)}\n`).join(''), { mode: 0o600 });
    } catch {
      // A home that cannot be written to: the history lasts as long as this run.
    }
  }
}

function parseEntry(line: string): string[] {
  if (line === '') return [];
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'string' ? [entry] : [];
  } catch {
    return [];
  }
}
