import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const read = (name: string): unknown => JSON.parse(readFileSync(path.join(root, name), 'utf8'));

const KINDS = ['dependencies', 'optionalDependencies', 'peerDependencies', 'devDependencies'] as const;
type Dependencies = Readonly<Partial<Record<(typeof KINDS)[number], Readonly<Record<string, string>>>>>;

const manifest = read('package.json') as Dependencies;
const lock = read('npm-shrinkwrap.json') as {
  readonly packages: Readonly<Record<string, Dependencies & { readonly resolved?: string }>>;
};

it.each(KINDS)('npm-shrinkwrap.json has the %s of package.json (npm run lock writes it)', (kind) => {
  expect(lock.packages['']?.[kind]).toEqual(manifest[kind]);
});

it('locks every direct dependency, and belongs to no registry', () => {
  const names = KINDS.flatMap((kind) => Object.keys(manifest[kind] ?? {}));
  expect(names.filter((name) => lock.packages[`node_modules/${name}`] === undefined)).toEqual([]);
  expect(Object.values(lock.packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
});
