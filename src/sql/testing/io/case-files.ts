import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

export interface CaseFile {
  /** The file's name without `.json`: cases are named after it. */
  readonly stem: string;
  readonly path: string;
  readonly text: string;
}

/** Reads case files; of a folder, all `.json` files in it and below. */
export function readCaseFiles(paths: readonly string[]): readonly CaseFile[] {
  return paths.flatMap((path) => {
    if (statSync(path).isDirectory()) {
      return readCaseFiles(
        readdirSync(path)
          .sort()
          .map((name) => join(path, name))
          .filter((child) => child.endsWith('.json') || statSync(child).isDirectory()),
      );
    }
    return [{ stem: basename(path, '.json'), path, text: readFileSync(path, 'utf8') }];
  });
}
