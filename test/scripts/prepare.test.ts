import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const scripts = path.resolve(import.meta.dirname, '../../scripts');

/** A clone of which everything is there that `npm ci` would put there: one package. npm itself only says that it was called. */
describe('the step that installs packages in a clone', () => {
  let root = '';
  const running: ChildProcess[] = [];

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'millrace-clone-'));
    cpSync(scripts, path.join(root, 'scripts'), { recursive: true });
    write('package.json', { name: 'clone', type: 'module', dependencies: { left: '1.0.0' } });
    write('npm-shrinkwrap.json', { packages: { '': {}, 'node_modules/left': { version: '1.0.0' } } });
    write('node_modules/.package-lock.json', { packages: { 'node_modules/left': { version: '1.0.0' } } });
    write('node_modules/left/package.json', { name: 'left', version: '1.0.0' });
    write(
      'ask.mjs',
      `import { install } from './scripts/prepare.mjs'; await install(); console.log('installed');`,
    );
    // Takes its time, as the real one does, and notes who called it.
    write(
      'bin/npm',
      `#!/bin/sh\necho called >> "${root}/calls"\nsleep 1\nmkdir -p "${root}/node_modules/left"\n` +
        `echo '{ "packages": { "node_modules/left": { "version": "1.0.0" } } }' > "${root}/node_modules/.package-lock.json"\n` +
        `echo '{}' > "${root}/node_modules/left/package.json"\n`,
      0o755,
    );
  });
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
    rmSync(root, { recursive: true, force: true });
  });

  function write(name: string, content: object | string, mode = 0o644): void {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content), { mode });
  }

  function ask(): ChildProcess {
    const env = { ...process.env, PATH: `${path.join(root, 'bin')}:${process.env['PATH']}` };
    return spawn(process.execPath, ['ask.mjs'], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  async function answerOf(
    child: ChildProcess,
  ): Promise<{ readonly text: string; readonly status: number | null }> {
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (text += String(chunk)));
    const [status] = (await once(child, 'close')) as [number | null];
    return { text, status };
  }

  const calls = (): number => {
    const file = path.join(root, 'calls');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
  };

  it('takes a tree that npm has completed as it is', async () => {
    expect(await answerOf(ask())).toMatchObject({ status: 0, text: 'installed\n' });
    expect(calls()).toBe(0);
  });

  it.each(['node_modules/left', 'node_modules/.package-lock.json'])(
    'installs once for all where %s is absent',
    async (name) => {
      rmSync(path.join(root, name), { recursive: true });
      const answers = await Promise.all([answerOf(ask()), answerOf(ask()), answerOf(ask())]);
      for (const { status, text } of answers)
        expect([status, text]).toEqual([0, expect.stringMatching(/installed\n$/)]);
      expect(calls()).toBe(1);
    },
  );

  it('does not wait for a lock whose holder is gone', async () => {
    rmSync(path.join(root, 'node_modules/left'), { recursive: true });
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    write('dist/.installing/pid', String(gone));
    expect((await answerOf(ask())).status).toBe(0);
    expect(calls()).toBe(1);
  });

  it.runIf(process.platform === 'linux')('takes no package away from under a program that runs', async () => {
    write('dist/cli/main.js', 'setInterval(() => {}, 1000); console.log("up");');
    const program = spawn(process.execPath, ['dist/cli/main.js', 'start'], { cwd: root });
    running.push(program);
    await once(program.stdout, 'data');
    write('npm-shrinkwrap.json', { packages: { '': {}, 'node_modules/left': { version: '1.0.1' } } });
    const { status, text } = await answerOf(ask());
    expect(status).toBe(1);
    expect(text).toMatch(
      new RegExp(`these run on them:\n  ${program.pid}  node dist/cli/main.js start\nStop them`),
    );
    expect(calls()).toBe(0);
    program.kill('SIGKILL');
    await once(program, 'exit');
    expect((await answerOf(ask())).status).toBe(0);
    expect(calls()).toBe(1);
  });
});
