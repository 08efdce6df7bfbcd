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
  run('npm', 'install', '--engine-strict', '--no-audit', '--no-fund', '--loglevel=error', `./${archive}`);
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

it.each([
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
])('has types for TypeScript with module %s and resolution %s', (module, moduleResolution) => {
  const imports = entries.map(
    (entry, i) => `import * as entry${i} from '${entry}';\nconsole.log(entry${i});\n`,
  );
  writeFileSync(path.join(folder, 'use.ts'), imports.join(''));
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const types = ['--types', 'node', '--typeRoots', path.join(root, 'node_modules', '@types')];
  const options = ['--noEmit', '--strict', '--target', 'es2023', '--module', module];
  run(process.execPath, tsc, ...options, '--moduleResolution', moduleResolution, ...types, 'use.ts');
});
