import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { importsOf, type ParsedFile, parseFolders } from './source-tree.ts';

/**
 * The layers inside src/streams, lowest first, as docs/architecture.md has them: a folder imports those above it in this
 * list, and itself. `.` is what lies in src/streams itself.
 */
const LAYERS: readonly (readonly string[])[] = [
  // What records, functions and options are; windows are made of numbers only.
  ['.', 'windows'],
  ['state'],
  // What runs: each operator with its settings, which are data.
  ['operators'],
  // The physical plan: nodes with settings of operators, and what is read off them.
  ['topology'],
  // The logical plan and the passes that make a topology of it; and, beside it, what runs a topology.
  ['logical', 'runtime'],
  // What makes topologies, and what runs them on threads.
  ['builder', 'threads'],
  ['testing'],
];

/** The files of src/streams that stand higher than records do. */
const FILE_LAYERS: Readonly<Record<string, string>> = {
  // A processor is given stores.
  'processor.ts': 'operators',
  // The public face.
  'index.ts': 'testing',
};

const STREAMS = 'src/streams/';

let sources: ParsedFile[] = [];
beforeAll(() => {
  sources = parseFolders(['src/streams']);
});

function layerOf(file: string): number {
  const inside = file.slice(STREAMS.length);
  const folder = FILE_LAYERS[inside] ?? (inside.includes('/') ? (inside.split('/')[0] ?? '') : '.');
  return LAYERS.findIndex((folders) => folders.includes(folder));
}

const folderOf = (file: string): string => path.dirname(file.slice(STREAMS.length)).split('/')[0] ?? '';

describe('the layers of src/streams', () => {
  it('have a place for every folder', () => {
    expect(sources.map(({ file }) => file).filter((file) => layerOf(file) === -1)).toEqual([]);
    const folders = new Set(sources.map(({ file }) => folderOf(file)));
    expect([...folders].sort()).toEqual(LAYERS.flat().sort());
  });

  it('import none that is higher, and not their neighbour', () => {
    const breaches = sources.flatMap((source) =>
      importsOf(source)
        .filter(({ from }) => from.startsWith(STREAMS))
        .filter(({ from }) => {
          const [importing, imported] = [layerOf(source.file), layerOf(from)];
          const isNeighbour =
            importing > 1 && importing === imported && folderOf(source.file) !== folderOf(from);
          return (
            imported > importing || (isNeighbour && folderOf(from) !== '.' && folderOf(source.file) !== '.')
          );
        })
        .map(({ from }) => `${source.file} imports ${from}`),
    );
    expect([...new Set(breaches)]).toEqual([]);
  });
});
