import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Completion } from './line-editor/editor.ts';
import { OUTPUT_FORMATS } from './result-writer.ts';

/** The names in a folder, those of folders with a slash; none where it cannot be read. */
interface Files {
  list(folder: string): readonly string[];
}

/** What may follow a command of the shell; undefined for a text that is none, or whose rest is anybody's to say. */
export function completeCommand(text: string, cursor: number, files: Files): Completion | undefined {
  const [, lead = '', name = '', rest = ''] =
    /^(\s*(output|timing|\\timing|run\s+script)\s+)([^;\n]*)$/i.exec(text.slice(0, cursor)) ?? [];
  if (name === '') return undefined;
  const given = name.toLowerCase();
  if (given.startsWith('run')) return filesFor(rest, { start: lead.length, end: cursor }, files);
  const words = given === 'output' ? OUTPUT_FORMATS : ['on', 'off'];
  return {
    start: lead.length,
    end: cursor,
    candidates: words.filter((word) => word.startsWith(rest.toLowerCase())),
  };
}

/** Only the last part of a path is replaced. */
function filesFor(
  given: string,
  { start, end }: { readonly start: number; readonly end: number },
  files: Files,
): Completion {
  const quote = given.startsWith("'") ? 1 : 0;
  const folderEnd = Math.max(quote, given.lastIndexOf('/') + 1);
  const folder = given.slice(quote, folderEnd);
  const begin = given.slice(folderEnd);
  const isShown = (name: string): boolean =>
    name.startsWith(begin) && (begin !== '' || !name.startsWith('.'));
  return {
    start: start + folderEnd,
    end,
    candidates: files.list(folder === '' ? '.' : folder).filter(isShown),
  };
}

export function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(path.resolve(folder), { withFileTypes: true })
      .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
      .toSorted();
  } catch {
    return [];
  }
}
