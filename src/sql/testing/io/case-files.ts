import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

interface CaseFile {
  /** The file's name without `.json`: cases are named after it. */
  readonly stem: string;
  readonly path: string;
  readonly text: string;
}

/** Reads case files; of a folder, all `.json` files in it and below. */
export function readCaseFiles(paths: readonly string[]): readonly CaseFile[] {
  return readFiles(paths, '.json');
}

/** Reads test scripts; of a folder, all `.sql` files in it and below. */
export function readSqlFiles(paths: readonly string[]): readonly CaseFile[] {
  return readFiles(paths, '.sql');
}

/** The script that a test script names, relative to itself. */
export function scriptBeside(testPath: string, script: string): string {
  return readFileSync(resolve(dirname(testPath), script), 'utf8');
}

function readFiles(paths: readonly string[], ending: string): readonly CaseFile[] {
  return paths.flatMap((path) => {
    if (statSync(path).isDirectory()) {
      const children = readdirSync(path)
        .sort()
        .map((name) => join(path, name));
      return readFiles(
        children.filter((child) => child.endsWith(ending) || statSync(child).isDirectory()),
        ending,
      );
    }
    if (!path.endsWith(ending)) return [];
    return [{ stem: basename(path, ending), path, text: readFileSync(path, 'utf8') }];
  });
}
