import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync, type ParseResult } from 'oxc-parser';

export const root = path.resolve(import.meta.dirname, '../..');

/** Where the code lies that users run. */
export const SOURCE_FOLDERS = ['src', 'grammar', 'broker', 'cli'];
/** Everything else that uses it. */
export const OTHER_FOLDERS = ['examples', 'bench', 'test'];

export interface ParsedFile {
  /** From the root, with slashes. */
  readonly file: string;
  readonly text: string;
  readonly parsed: ParseResult;
}

export function parseFolders(folders: readonly string[]): ParsedFile[] {
  return folders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => parseFile(path.relative(root, path.join(entry.parentPath, entry.name)))),
  );
}

export function parseFile(file: string): ParsedFile {
  const text = readFileSync(path.join(root, file), 'utf8');
  const parsed = parseSync(file, text);
  if (parsed.errors.length > 0) throw new Error(`${file} does not parse: ${parsed.errors[0]?.message}`);
  return { file, text, parsed };
}

/** Where a relative import leads, from the root; undefined for a package. */
export function resolveImport(file: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? path.join(path.dirname(file), specifier) : undefined;
}

export interface ImportedName {
  /** The file that it is taken from. */
  readonly from: string;
  /** `*` for all that the file exports. */
  readonly name: string;
}

export function importsOf({ file, text, parsed }: ParsedFile): ImportedName[] {
  const found: ImportedName[] = [];
  const add = (specifier: string, name: string): void => {
    const from = resolveImport(file, specifier);
    if (from !== undefined) found.push({ from, name });
  };
  for (const { moduleRequest, entries } of parsed.module.staticImports) {
    for (const { importName } of entries) add(moduleRequest.value, importName.name ?? '*');
  }
  for (const { entries } of parsed.module.staticExports) {
    for (const { moduleRequest, importName } of entries) {
      if (moduleRequest) add(moduleRequest.value, importName.name ?? '*');
    }
  }
  // What is taken out of a module that is loaded later is not followed: all of it counts as taken.
  for (const { moduleRequest: range } of parsed.module.dynamicImports) {
    add(text.slice(range.start + 1, range.end - 1), '*');
  }
  return found;
}
