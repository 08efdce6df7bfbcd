import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * The layer table of docs/architecture.md, as what each folder may import. `entry` names the one file of another part
 * that outsiders may use.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/base': [],
  'src/protocol': ['src/base'],
  grammar: ['src/base'],
  'src/client': ['src/base', 'src/protocol'],
  'src/serde': ['src/base', 'src/protocol'],
  'src/registry': ['src/base', 'src/protocol'],
  broker: ['src/base', 'src/protocol'],
  'src/streams': ['src/base', 'src/protocol', 'src/client', 'src/serde', 'src/registry'],
  'src/sql': [
    'src/base',
    'src/protocol',
    'src/client',
    'src/serde',
    'src/registry',
    'src/streams',
    'grammar',
  ],
  'src/server': [
    'src/base',
    'src/protocol',
    'src/client',
    'src/serde',
    'src/registry',
    'src/streams',
    'src/sql',
    'grammar',
    'broker/index.ts',
  ],
};

/** Parts that take time, chance, network and disk from an Environment, so that they run in the simulator: all below the server. */
const SIMULATED = Object.keys(MAY_IMPORT).filter((part) => part !== 'src/server');

const OUTSIDE_MODULES = /^(node:)?(fs|net|dgram|timers|fs\/promises|timers\/promises|child_process)$/;
const OUTSIDE_GLOBALS =
  /(?<![\w.])(Date\.now\(|new Date\(\)|Math\.random\(|setTimeout\(|setInterval\(|setImmediate\(|performance\.now\()/;

const root = path.resolve(import.meta.dirname, '..');

interface SourceFile {
  readonly file: string;
  readonly text: string;
  readonly imports: readonly string[];
}

function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => {
      const file = path.relative(root, path.join(entry.parentPath, entry.name));
      const text = readFileSync(path.join(root, file), 'utf8');
      const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
      return { file, text, imports };
    });
}

/** Where a relative import leads, from the root; undefined for a package. */
function target(source: SourceFile, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return path.relative(root, path.resolve(root, path.dirname(source.file), specifier));
}

const isWithin = (file: string, place: string): boolean => file === place || file.startsWith(`${place}/`);

const parts = Object.keys(MAY_IMPORT);

describe('architecture', () => {
  it('has a rule for every part of the source, and no rule for a part that is not there', () => {
    const folders = readdirSync(path.join(root, 'src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `src/${name}`);
    expect([...parts].sort()).toEqual([...folders, 'broker', 'grammar'].sort());
    expect(parts.filter((part) => sourceFiles(part).length === 0)).toEqual([]);
    const allowed = Object.values(MAY_IMPORT).flat();
    expect(allowed.filter((place) => !existsSync(path.join(root, place)))).toEqual([]);
  });

  it.each(parts)('%s imports only what its layer allows', (part) => {
    const allowed = [part, ...(MAY_IMPORT[part] ?? [])];
    const breaches = sourceFiles(part).flatMap((source) =>
      source.imports
        .map((specifier) => target(source, specifier))
        .filter((place) => place !== undefined && !allowed.some((folder) => isWithin(place, folder)))
        .map((place) => `${source.file} imports ${place}`),
    );
    expect(breaches).toEqual([]);
  });

  it.each(['cli', 'examples', 'bench'])('%s uses the public entries only', (part) => {
    const breaches = sourceFiles(part).flatMap((source) =>
      source.imports
        .map((specifier) => target(source, specifier))
        .filter((place) => place !== undefined && !isWithin(place, part) && !isPublicEntry(place))
        .map((place) => `${source.file} imports ${place}`),
    );
    expect(breaches).toEqual([]);
  });

  it.each(SIMULATED)('%s reaches the outside only in io folders', (part) => {
    const breaches = sourceFiles(part)
      .filter((source) => !source.file.split('/').includes('io'))
      .flatMap((source) => [
        ...source.imports
          .filter((specifier) => OUTSIDE_MODULES.test(specifier))
          .map((specifier) => `${source.file} imports ${specifier}`),
        ...source.text
          .split('\n')
          .filter((line) => !/^\s*(\*|\/\/|\/\*)/.test(line) && OUTSIDE_GLOBALS.test(line))
          .map((line) => `${source.file}: ${line.trim()}`),
      ]);
    expect(breaches).toEqual([]);
  });
});

function isPublicEntry(place: string): boolean {
  return place.endsWith('/index.ts') || isWithin(place, 'src/base');
}
