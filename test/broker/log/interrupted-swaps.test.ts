import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makeBatch } from './batches.ts';
import { openLog, readAll } from './open-log.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const EPOCH = { leaderEpoch: 0 };

/** A log of three segments with the offsets 0 to 2, 3 to 5 and 6 to 8, and its folder. */
async function threeSegments(): Promise<{ readonly root: string; readonly folder: string }> {
  const root = temporaryDirectory();
  const log = openLog(root, { segmentBytes: 450 });
  for (let i = 0; i < 9; i++) log.appendAsLeader(makeBatch({ valueBytes: 60 }), EPOCH);
  await log.close();
  const folder = `${root}/events-0`;
  expect(fs.readdirSync(folder).filter((name) => name.endsWith('.log'))).toEqual([
    nameOf(0, 'log'),
    nameOf(3, 'log'),
    nameOf(6, 'log'),
  ]);
  return { root, folder };
}

const nameOf = (offset: number, kind: string): string => `${String(offset).padStart(20, '0')}.${kind}`;

/** What a cleaner makes of the first two segments when the records at 2 to 4 have been overwritten. */
function merged(folder: string): Buffer {
  const first = fs.readFileSync(`${folder}/${nameOf(0, 'log')}`);
  const second = fs.readFileSync(`${folder}/${nameOf(3, 'log')}`);
  return Buffer.concat([first.subarray(0, (first.length / 3) * 2), second.subarray((second.length / 3) * 2)]);
}

const offsetsOf = (root: string): number[] => {
  const log = openLog(root, { segmentBytes: 450 }, { recoveryPoint: 9 });
  const offsets = readAll(log).map(({ baseOffset }) => baseOffset);
  expect(log.logEndOffset).toBe(9);
  log.closeHandles();
  return offsets;
};

describe('A log whose segments were being replaced when the process ended', () => {
  it('has the new segment where all its files were complete, and not those that it was made of', async () => {
    const { root, folder } = await threeSegments();
    fs.writeFileSync(`${folder}/${nameOf(0, 'log')}.swap`, merged(folder));
    expect(offsetsOf(root)).toEqual([0, 1, 5, 6, 7, 8]);
    expect(fs.readdirSync(folder).filter((name) => name.endsWith('.log'))).toEqual([
      nameOf(0, 'log'),
      nameOf(6, 'log'),
    ]);
    expect(fs.readdirSync(folder).filter((name) => name.endsWith('.swap'))).toEqual([]);
    expect(offsetsOf(root)).toEqual([0, 1, 5, 6, 7, 8]);
  });

  it('has the new segment, too, where some of the old ones have gone already', async () => {
    const { root, folder } = await threeSegments();
    fs.writeFileSync(`${folder}/${nameOf(0, 'log')}.swap`, merged(folder));
    fs.renameSync(`${folder}/${nameOf(0, 'log')}`, `${folder}/${nameOf(0, 'log')}.deleted`);
    fs.renameSync(`${folder}/${nameOf(0, 'index')}`, `${folder}/${nameOf(0, 'index')}.deleted`);
    expect(offsetsOf(root)).toEqual([0, 1, 5, 6, 7, 8]);
    expect(fs.readdirSync(folder).filter((name) => name.endsWith('.deleted'))).toEqual([]);
  });

  it('has the old segments where not all of the new files were complete', async () => {
    const { root, folder } = await threeSegments();
    fs.writeFileSync(`${folder}/${nameOf(0, 'log')}.swap`, merged(folder));
    fs.writeFileSync(`${folder}/${nameOf(0, 'timeindex')}.cleaned`, '');
    expect(offsetsOf(root)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    const left = fs.readdirSync(folder).filter((name) => /\.(swap|cleaned)$/.test(name));
    expect(left).toEqual([]);
  });

  it('gives the last files their names where the segment has its own', async () => {
    const { root, folder } = await threeSegments();
    const log = merged(folder);
    for (const offset of [0, 3])
      for (const kind of ['log', 'index', 'timeindex']) fs.rmSync(`${folder}/${nameOf(offset, kind)}`);
    fs.writeFileSync(`${folder}/${nameOf(0, 'log')}`, log);
    fs.writeFileSync(`${folder}/${nameOf(0, 'index')}.swap`, '');
    expect(offsetsOf(root)).toEqual([0, 1, 5, 6, 7, 8]);
    expect(fs.existsSync(`${folder}/${nameOf(0, 'index')}`)).toBe(true);
  });

  it('is not opened where the new segment is damaged, and keeps all files', async () => {
    const { root, folder } = await threeSegments();
    const bytes = merged(folder);
    bytes.fill(0xff, 0, 30);
    fs.writeFileSync(`${folder}/${nameOf(0, 'log')}.swap`, bytes);
    const before = fs.readdirSync(folder);
    expect(() => offsetsOf(root)).toThrow(/log\.swap is damaged at byte 0/);
    expect(fs.readdirSync(folder)).toEqual(before);
  });
});
