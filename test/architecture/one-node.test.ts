import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { PURE_TESTS, TESTS_OF_DOCS } from '../../scripts/one-node.mjs';
import { parseFile, parseFolders, resolveImport, root } from './source-tree.ts';

/** What works on the machine; reading a file of the project is the same everywhere. */
const MACHINE =
  /^node:(?!assert|crypto|fs$|module|path|url|util|zlib)|\/io\/(?!case-files\.)|server\/index\.ts$|^(rocksdb|rocksdb-native|kafkajs|snappy|lz4-napi)$/;

/** What a test, or a file beside it that it leads to, takes from the machine: a line each. */
function machineOf(file: string, seen: Set<string>): readonly string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  return parseFile(file).parsed.module.staticImports.flatMap(({ moduleRequest: { value: specifier } }) => {
    if (MACHINE.test(specifier)) return [`${file} imports ${specifier}`];
    const next = resolveImport(file, specifier);
    return next?.startsWith('test/') && next.endsWith('.ts') ? machineOf(next, seen) : [];
  });
}

it('what CI runs on one Node alone is there', () => {
  const places = [...PURE_TESTS, ...TESTS_OF_DOCS];
  expect(places.filter((place) => !existsSync(path.join(root, place)))).toEqual([]);
});

it('tests that are said to be pure touch no socket, process, thread or native module', () => {
  const isFile = (place: string): boolean => place.endsWith('.ts');
  const inFolders = parseFolders(PURE_TESTS.filter((place) => !isFile(place)))
    .map(({ file }) => file)
    .filter((file) => file.endsWith('.test.ts') && !file.endsWith('.slow.test.ts'));
  expect(inFolders.length).toBeGreaterThan(50);
  const seen = new Set<string>();
  const tests = [...PURE_TESTS.filter(isFile), ...inFolders];
  expect(tests.flatMap((file) => machineOf(file, seen))).toEqual([]);
});
