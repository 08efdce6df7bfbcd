import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { namingOpenFiles, OPEN_FILES_MIN, requireOpenFiles } from '../../cli/open-files.ts';
import '../setup/built.ts';

const MAIN = path.resolve(import.meta.dirname, '../../dist/cli/main.js');

describe('a limit of open files that is too low', () => {
  let data = '';

  beforeEach(() => {
    data = mkdtempSync(path.join(tmpdir(), 'millrace-open-files-'));
  });

  afterEach(() => rmSync(data, { recursive: true, force: true }));

  /** Runs the built command under a limit; answers how it ended and what it wrote to standard error. */
  const run = (limit: number, args: readonly string[]): Promise<{ status: number; stderr: string }> =>
    new Promise((resolve) => {
      const script = `ulimit -n ${limit} && exec "$@"`;
      execFile('sh', ['-c', script, 'sh', process.execPath, MAIN, ...args], (error, _stdout, stderr) =>
        resolve({ status: typeof error?.code === 'number' ? error.code : 0, stderr }),
      );
    });

  it.each([256, 100, 64])('is named in one line when everything is started: %s', async (limit) => {
    const { status, stderr } = await run(limit, ['start', '--data', data, '--kafka-port', '0']);
    expect(stderr).toMatch(
      new RegExp(`^millrace: the limit of open files is ${limit}, and .*raise it \\(ulimit -Hn.*\\n$`),
    );
    expect(status).toBe(1);
  });

  it('is told before the broker is started, and only for what needs more', () => {
    expect(() => requireOpenFiles(OPEN_FILES_MIN - 1)).toThrow(
      `is ${OPEN_FILES_MIN - 1}, and the SQL server needs`,
    );
    expect(() => requireOpenFiles(OPEN_FILES_MIN)).not.toThrow();
  });

  it('is not taken for the cause of what has another', () => {
    const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
    expect(namingOpenFiles(missing, 1024)).toBe(missing);
    expect(namingOpenFiles(missing, 100)).toMatchObject({
      message: expect.stringContaining('open files is 100'),
    });
    const other = new Error('other');
    expect(namingOpenFiles(other, 100)).toBe(other);
    const many = Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
    expect(namingOpenFiles(many, 4096)).toMatchObject({
      message: expect.stringContaining('open files is 4096'),
    });
  });
});
