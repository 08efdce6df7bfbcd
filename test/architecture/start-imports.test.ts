import { expect, it } from 'vitest';
import { parseFile, resolveImport } from './source-tree.ts';

/** What `millrace start` loads: the command, and what it imports when it is called. */
const LOADED = ['cli/main.ts', 'cli/start.ts', 'cli/process-log.ts', 'src/server/index.ts'];

/** What only other commands use; loaded, it would stay in the memory of every broker and SQL server. */
const NOT_NEEDED =
  /^(cli-table3|string-width|csv-.*|src\/(sql|streams)\/testing\/.*|cli\/shell\/(?!visible-text).*|cli\/demo.*)$/;

/** Files and packages that are loaded before anything runs, each with the file that asked for it first. */
function loadedWith(files: readonly string[]): ReadonlyMap<string, string> {
  const askedBy = new Map(files.map((file) => [file, 'millrace start']));
  // Entries that are added while it runs are visited, too.
  for (const [file] of askedBy) {
    if (!file.endsWith('.ts')) continue;
    for (const specifier of loads(file)) {
      const loaded = resolveImport(file, specifier) ?? specifier;
      if (!askedBy.has(loaded)) askedBy.set(loaded, file);
    }
  }
  return askedBy;
}

/** The modules that a file imports for more than their types. */
function loads(file: string): readonly string[] {
  const { staticImports, staticExports } = parseFile(file).parsed.module;
  const imported = staticImports
    .filter(({ entries }) => entries.length === 0 || entries.some(({ isType }) => !isType))
    .map(({ moduleRequest }) => moduleRequest.value);
  const passedOn = staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest, isType }) =>
      moduleRequest === null || isType ? [] : [moduleRequest.value],
    ),
  );
  return [...imported, ...passedOn];
}

it('millrace start loads nothing that only other commands use', () => {
  const loaded = loadedWith(LOADED);
  expect([...loaded.keys()]).toEqual(expect.arrayContaining(['fastify', 'src/sql/engine/engine.ts', 'rxjs']));
  const vain = [...loaded]
    .filter(([name]) => NOT_NEEDED.test(name))
    .map(([name, by]) => `${by} loads ${name}`);
  expect(vain).toEqual([]);
});
