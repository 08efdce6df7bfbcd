import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { shareOpenFiles } from '../../src/base/open-files.ts';
import { nodeDisk } from '../../src/base/io/node-disk.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(tmpdir(), 'millrace-disk-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

describe('the lock of the real disk', () => {
  const file = (): string => path.join(folder, '.lock');

  it('asks the system once when this process began, however many it takes', () => {
    nodeDisk.lock(`${file()}-0`).release();
    const read = vi.spyOn(fs, 'readFileSync');
    for (let i = 0; i < 3; i++) nodeDisk.lock(`${file()}-${i}`).release();
    expect(read.mock.calls.map(([path]) => path)).toEqual([]);
    read.mockRestore();
  });

  it('is exclusive within a process and leaves nothing behind', () => {
    const lock = nodeDisk.lock(file());
    expect(() => nodeDisk.lock(file())).toThrow(
      expect.objectContaining({
        code: 'LOCKED',
        message: expect.stringMatching(/in use by process \d+; stop that process/),
      }),
    );
    lock.release();
    expect(fs.readdirSync(folder)).toEqual([]);
    nodeDisk.lock(file()).release();
  });

  it('is refused while its process lives, and taken over when it has ended', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    fs.writeFileSync(file(), `${child.pid}\n`);
    expect(() => nodeDisk.lock(file())).toThrow(`in use by process ${child.pid}`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    nodeDisk.lock(file()).release();
  });

  it.skipIf(process.platform !== 'linux')(
    'is taken over from a killed process at once, also where nobody asks for its exit status',
    async () => {
      // The shell becomes `sleep`, which never waits for the child that it got: once killed, the child stays a zombie.
      const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60']);
      try {
        const [chunk] = (await once(parent.stdout, 'data')) as [Buffer];
        const pid = Number(chunk.toString());
        fs.writeFileSync(file(), `${pid}\n`);
        expect(() => nodeDisk.lock(file())).toThrow(`in use by process ${pid}`);
        process.kill(pid, 'SIGKILL');
        // The signal is sent, not yet obeyed.
        while (!/\) Z /.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'))) await setImmediate();
        nodeDisk.lock(file()).release();
      } finally {
        parent.kill('SIGKILL');
      }
    },
  );

  it('is taken over from a predecessor that had the same process id, as in a container', () => {
    fs.writeFileSync(file(), `${process.pid}\n`);
    nodeDisk.lock(file()).release();
  });

  it.skipIf(process.platform !== 'linux')('is not mistaken for one of a later process of the same id', () => {
    // Process 1 is always there, but not since that boot.
    fs.writeFileSync(file(), '1\n00000000-0000-0000-0000-000000000000 17\n');
    nodeDisk.lock(file()).release();
  });

  it('of a broken file is taken over', () => {
    fs.writeFileSync(file(), 'what?');
    nodeDisk.lock(file()).release();
  });
});

describe('folders on the real disk', () => {
  it('are made with their parents, again without complaint, and not over a file', () => {
    const deep = path.join(folder, 'a/b/c');
    nodeDisk.makeDirectory(deep);
    nodeDisk.makeDirectory(deep);
    expect(nodeDisk.isDirectory(deep)).toBe(true);
    fs.writeFileSync(path.join(folder, 'file'), '');
    expect(() => nodeDisk.makeDirectory(path.join(folder, 'file'))).toThrow(/it is a file, not a folder/);
    expect(() => nodeDisk.makeDirectory(path.join(folder, 'file/below'))).toThrow(/cannot create/);
  });
});

describe('the limit of open files', () => {
  it('is what the shell has set', () => {
    const module = path.resolve('src/base/io/open-files-limit.ts');
    const script = `import(${JSON.stringify(module)}).then(({ openFilesLimit }) => console.log(openFilesLimit()))`;
    const command = `ulimit -n 321 && ${JSON.stringify(process.execPath)} --import tsx -e ${JSON.stringify(script)}`;
    const { stdout } = spawnSync('bash', ['-c', command], { encoding: 'utf8' });
    expect(Number(stdout)).toBe(321);
  });

  it('is shared out so that connections leave files to logs, and logs to connections', () => {
    for (const limit of [256, 1024, 4096, 65_536]) {
      const { segmentsMax, connectionsMax, httpConnectionsMax } = shareOpenFiles(limit);
      expect(segmentsMax + connectionsMax + httpConnectionsMax).toBeLessThan(limit);
      expect(httpConnectionsMax).toBeGreaterThan(limit / 20);
      expect(segmentsMax).toBeGreaterThan(limit / 20);
      expect(connectionsMax).toBeGreaterThan(limit / 4);
    }
    expect(shareOpenFiles(Number.POSITIVE_INFINITY).connectionsMax).toBe(Number.POSITIVE_INFINITY);
  });
});
