import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { processIdOf } from '../../../src/streams/runtime/process-id.ts';

it('the id of a process stays with its folder, and is another one where a crash has torn it', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'millrace-process-id-'));
  try {
    const folder = path.join(root, 'app');
    const first = processIdOf(environment, folder);
    expect(first).toMatch(/^[\w-]{22}$/);
    expect(processIdOf(environment, folder)).toBe(first);
    expect(processIdOf(environment, path.join(root, 'other'))).not.toBe(first);
    for (const torn of ['', '{"version":1,"processId":"ab', '{"version":1,"processId":7}']) {
      writeFileSync(path.join(folder, 'process-id.json'), torn);
      const next = processIdOf(environment, folder);
      expect(next).not.toBe(first);
      expect(processIdOf(environment, folder)).toBe(next);
    }
  } finally {
    rmSync(root, { recursive: true });
  }
});
