import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { RUN_FOLDER } from './left-folders.ts';

/**
 * Gives each file of tests a temporary folder of its own, which `os.tmpdir()` answers here and in every process that a test
 * starts, and removes it behind the last hook: nothing that a test, or what it runs, leaves there stays.
 */
const folder = mkdtempSync(path.join(tmpdir(), `${RUN_FOLDER}${process.pid}-`));
process.env['TMPDIR'] = folder;

afterAll(() => {
  // What a test has killed may still be writing.
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  process.env['TMPDIR'] = path.dirname(folder);
});
