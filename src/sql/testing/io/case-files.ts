import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DiagnosticError, messageOf } from '../../../base/errors.ts';

interface CaseFile {
  /** The file's name without its ending: tests are named after it. */
  readonly stem: string;
  readonly path: string;
  readonly text: string;
}

/** A file of tests that is to be read. */
export interface TestFile {
  readonly stem: string;
  readonly path: string;
  readonly kind: (typeof KINDS)[number];
}

const KINDS = ['.json', '.sql', '.sqltest'] as const;

/** Reads case files; of a folder, all `.json` files in it and below. */
export function readCaseFiles(paths: readonly string[]): readonly CaseFile[] {
  return paths
    .flatMap(findTestFiles)
    .filter(({ kind }) => kind === '.json')
    .map(({ stem, path }) => ({ stem, path, text: readTestFile(path) }));
}

/** The script that a test script names, relative to itself. */
export function scriptBeside(testPath: string, script: string): string {
  return readTestFile(resolve(dirname(testPath), script));
}

/**
 * The files of tests that a path names: itself, or of a folder all `.json`, `.sql` and `.sqltest` files in it and below.
 * @throws {DiagnosticError} when there is nothing of that name, or a file that holds no tests by its ending.
 */
export function findTestFiles(path: string): readonly TestFile[] {
  if (isFolder(path)) return filesBelow(path);
  const kind = KINDS.find((ending) => path.endsWith(ending));
  if (kind === undefined) {
    throw new DiagnosticError({
      message: `${path} is no file of tests`,
      hint: 'name .json, .sql or .sqltest files, or folders of them',
    });
  }
  return [{ stem: basename(path, kind), path, kind }];
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw cannotRead(path, error);
  }
}

function filesBelow(folder: string): readonly TestFile[] {
  return childrenOf(folder).flatMap((path) => {
    const kind = KINDS.find((ending) => path.endsWith(ending));
    if (isFolder(path)) return filesBelow(path);
    return kind === undefined ? [] : [{ stem: basename(path, kind), path, kind }];
  });
}

function childrenOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    throw cannotRead(folder, error);
  }
}

/** @throws {DiagnosticError} when it cannot be read. */
export function readTestFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw cannotRead(path, error);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
};

function cannotRead(path: string, error: unknown): DiagnosticError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return new DiagnosticError(
    { message: `cannot read ${path}: ${REASONS[code] ?? messageOf(error)}` },
    { cause: error },
  );
}
