import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { batchesOf } from '../../../src/protocol/records/batch-view.ts';
import { decodeBatch } from '../../../src/protocol/records/decode-batch.ts';
import { typescriptFlags } from '../../setup/typescript-flags.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { openLog, READ_ALL } from './open-log.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const CHILD = fileURLToPath(new URL('./append-forever.ts', import.meta.url));

it('loses nothing acknowledged when the process is killed with -9', async () => {
  const root = temporaryDirectory();
  for (const linesMin of [1, 200, 1_500]) {
    const notes = path.join(temporaryDirectory(), 'acknowledged');
    const lines = (): string[] => (fs.existsSync(notes) ? fs.readFileSync(notes, 'utf8').split('\n') : []);
    const child = spawn(process.execPath, [...typescriptFlags, CHILD, root, notes], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const ended = once(child, 'exit');
    await expect.poll(() => lines().length, { timeout: PATIENCE_MS }).toBeGreaterThan(linesMin);
    child.kill('SIGKILL');
    await ended;
    expect(child.signalCode).toBe('SIGKILL');
    const acknowledged = lines().slice(0, -1);
    expect(acknowledged.length).toBeGreaterThanOrEqual(linesMin);

    const log = openLog(root);
    for (const line of acknowledged) {
      const [lastOffset = -1, text] = line.split(' ').map(Number);
      const [batch] = batchesOf(Buffer.concat(log.read(lastOffset, { ...READ_ALL, maxBytes: 1 }).chunks));
      expect(batch?.lastOffset).toBe(lastOffset);
      expect(batch && decodeBatch(batch).map((record) => Number(record.value))).toEqual([text, text, text]);
    }
    log.closeHandles();
  }
});
