import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import './setup/built.ts';

const root = path.resolve(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, string>>;
};
const entries = Object.keys(manifest.exports)
  .filter((name) => !name.endsWith('.json'))
  .map((name) => `millrace${name.slice(1)}`);

let folder: string;
const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
  });

/** An empty folder, into which the packed package is installed as its users do. */
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'millrace-package-'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root });
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const ofUsers = ['typescript@5.9', '@types/node@20'];
  const flags = ['--engine-strict', '--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', 'install', ...flags, `./${archive}`, ...ofUsers);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('does not bring the data of the demo, and its demo says what it needs', () => {
  expect(readdirSync(path.join(folder, 'node_modules'))).not.toContain('vega-datasets');
  expect(() => run('npx', 'millrace', 'demo', '--ephemeral')).toThrow(/npm install vega-datasets/);
});

it.each(entries)('%s loads', (entry) => {
  const code = `console.log(Object.keys(await import('${entry}')).length)`;
  expect(Number(run(process.execPath, '--input-type=module', '-e', code))).toBeGreaterThan(0);
});

it('keeps state', () => {
  const code = `
    import { Broker, Producer, Serdes, StreamsApp, StreamsBuilder } from 'millrace';
    const broker = await Broker.start({ config: { 'log.dirs': './data', listeners: 'PLAINTEXT://127.0.0.1:0' } });
    const bootstrapServers = '127.0.0.1:' + broker.address.port;
    const producer = new Producer({ bootstrapServers });
    await producer.sendAndWait({ topic: 'in', key: 'a', value: '1' });
    await producer.close();
    const builder = new StreamsBuilder();
    builder.stream('in', { keySerde: Serdes.string, valueSerde: Serdes.string })
      .groupByKey().count({ storeName: 'counts', keySerde: Serdes.string });
    const app = new StreamsApp({ applicationId: 'a', bootstrapServers, topology: builder.build(), stateDir: './state' });
    await app.start();
    let row;
    while (row === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      row = await app.keyValueStore('counts').get('a').catch(() => undefined);
    }
    console.log(row.value);
    await app.close();
    await broker.close();`;
  expect(run(process.execPath, '--input-type=module', '-e', code)).toBe('1\n');
});

const example = readFileSync(path.join(root, 'test', 'package-types', 'every-entry.ts'), 'utf8');
/** The current compiler, and the last one that is written in TypeScript, which most projects have. */
const COMPILERS = {
  current: path.join(root, 'node_modules', 'typescript'),
  '5.9': 'node_modules/typescript',
};

it('has an example of its types for every entry', () => {
  const used = new Set([...example.matchAll(/ from '(millrace[^']*)'/g)].map(([, entry]) => entry));
  expect(used).toEqual(new Set(entries));
});

it.each([
  ['current', 'nodenext', 'nodenext'],
  ['current', 'esnext', 'bundler'],
  ['5.9', 'nodenext', 'nodenext'],
] as const)('has types for TypeScript %s, module %s, resolution %s', (compiler, module, moduleResolution) => {
  writeFileSync(path.join(folder, 'use.ts'), example);
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess'];
  // The declarations of the package, and what it brings, have to be right on their own.
  const options = [
    '--noEmit',
    ...strict,
    '--skipLibCheck',
    'false',
    '--target',
    'es2023',
    '--module',
    module,
  ];
  const tsc = path.join(COMPILERS[compiler], 'bin', 'tsc');
  run(process.execPath, tsc, ...options, '--moduleResolution', moduleResolution, 'use.ts');
});
