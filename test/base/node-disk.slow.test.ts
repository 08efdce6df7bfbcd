import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(tmpdir(), 'millrace-disk-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** What needs several processes, or one that may hang. */
describe('the real disk', () => {
  it('gives a lock to one of many processes that find the same stale one', async () => {
    fs.writeFileSync(path.join(folder, '.lock'), '999999999\n');
    const disk = path.resolve(import.meta.dirname, '../../src/base/io/node-disk.ts');
    // All wait for the same instant, then one succeeds and holds on; the others say that it is locked.
    const startMs = Date.now() + 3_000;
    const script = `import { nodeDisk } from ${JSON.stringify(disk)};
      while (Date.now() < ${startMs});
      try { nodeDisk.lock(${JSON.stringify(path.join(folder, '.lock'))}); console.log('got'); setTimeout(() => {}, 2000); }
      catch (error) { console.log(error.code); }`;
    const scriptFile = path.join(folder, 'contender.mts');
    fs.writeFileSync(scriptFile, script);
    const contenders = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--import', 'tsx', scriptFile]),
    );
    const said = await Promise.all(
      contenders.map(async (child) => {
        const chunks: Buffer[] = [];
        child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
        await once(child, 'close');
        return Buffer.concat(chunks).toString().trim();
      }),
    );
    expect(said.toSorted()).toEqual(['LOCKED', 'LOCKED', 'LOCKED', 'got']);
  });

  it.skipIf(process.platform !== 'linux')(
    'ends making folders in an error where none can be made, and not in a loop',
    () => {
      // In a process of its own: what hangs can only be killed from outside.
      const disk = path.resolve(import.meta.dirname, '../../src/base/io/node-disk.ts');
      const script = path.join(folder, 'make.mts');
      fs.writeFileSync(
        script,
        `import { nodeDisk } from ${JSON.stringify(disk)}; nodeDisk.makeDirectory('/proc/none/of/these');`,
      );
      const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', script], {
        timeout: 20_000,
      });
      expect(status).toBe(1);
      expect(stderr.toString()).toContain('cannot create /proc/none/of/these');
    },
  );
});
