import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { removeLeftFolders, RUN_FOLDER } from './left-folders.ts';

it('tests, and what they run, have a temporary folder of their own, empty at the beginning', () => {
  expect(path.basename(tmpdir())).toMatch(new RegExp(`^${RUN_FOLDER}${process.pid}-`));
  expect(readdirSync(tmpdir())).toEqual([]);
  const inChild = execFileSync(process.execPath, ['-p', 'os.tmpdir()'], { encoding: 'utf8' }).trim();
  expect(inChild).toBe(tmpdir());
});

it('those of processes that were killed are removed at the next run, and no others', () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  const [dead, living, other] = [
    `${RUN_FOLDER}${pid}-x`,
    `${RUN_FOLDER}${process.pid}-x`,
    'millrace-data',
  ].map((name) => path.join(tmpdir(), name)) as [string, string, string];
  for (const folder of [dead, living, other]) mkdirSync(path.join(folder, 'deep'), { recursive: true });
  removeLeftFolders();
  expect([dead, living, other].map((folder) => existsSync(folder))).toEqual([false, true, true]);
});
