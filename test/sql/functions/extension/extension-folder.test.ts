import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeEnvironment } from '../../../../src/base/io/node-environment.ts';
import { withExtensions } from '../../../../src/sql/functions/extension/io/extension-folder.ts';
import { builtInRegistry } from '../../../../src/sql/functions/index.ts';

/** Long enough for a test to end only by what it is about. */
const NEVER_MS = 2_000_000_000;

let folder: string;
let errors: string[];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'millrace-extension-'));
  errors = [];
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const scalar = (name: string, text: string): string =>
  `{ kind: 'scalar', name: '${name}', overloads: [{ parameters: ['a INTEGER'], returns: 'STRING', evaluate: () => '${text}' }] }`;

const module = (name: string, source: string): void => writeFileSync(path.join(folder, name), source);

const endless = 'await new Promise(() => { setInterval(() => {}, 1_000).unref(); }); export default [];';

function load(options: { readonly loadMsMax?: number; readonly signal?: AbortSignal } = {}) {
  const logger = {
    error: (_: string, fields: Readonly<Record<string, unknown>> = {}) => {
      errors.push(`${path.basename(String(fields['file']))}: ${String(fields['error'])}`);
    },
  };
  return withExtensions(builtInRegistry(), folder, {
    ...{ logger, timers: nodeEnvironment.timers, loadMsMax: NEVER_MS },
    ...options,
  });
}

it('a function of a module does not take the place of one of the server', async () => {
  module('one.mjs', `export default [${scalar('abs', 'mine')}, ${scalar('other', 'mine')}];`);
  const functions = await load();
  expect(functions.find('ABS')).toBe(builtInRegistry().find('ABS'));
  expect(functions.find('OTHER')).toBeDefined();
  expect(errors).toEqual(['one.mjs: abs is a function of the server, which cannot be replaced']);
});

it('of two functions of one name the first stays', async () => {
  module('a.mjs', `export default [${scalar('twice', 'first')}];`);
  module('b.mjs', `export default [${scalar('TWICE', 'second')}, ${scalar('other', 'second')}];`);
  const functions = await load();
  expect(functions.find('twice')?.path).toBe(path.join(folder, 'a.mjs'));
  expect(functions.find('other')?.path).toBe(path.join(folder, 'b.mjs'));
  expect(errors).toEqual([`b.mjs: there is a function twice of ${path.join(folder, 'a.mjs')} already`]);
});

it('a module that is never there is left out, and told by its name', async () => {
  module('never.mjs', endless);
  module('other.mjs', `export default [${scalar('other', 'mine')}];`);
  const functions = await load({ loadMsMax: 2_000 });
  expect(functions.find('OTHER')).toBeDefined();
  expect(errors).toEqual(['never.mjs: it is not loaded within 2000 ms']);
});

it('nobody waits for a module when the server is to stop', async () => {
  module('never.mjs', endless);
  const stop = new AbortController();
  const loading = load({ signal: stop.signal });
  stop.abort(new Error('told to stop'));
  await expect(loading).rejects.toThrow('told to stop');
});
