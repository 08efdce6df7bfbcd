import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { processIdentityIn } from '../../../src/streams/runtime/process-id.ts';

const idIn = (folder: string): string => processIdentityIn(environment, folder).id();

it('a process whose id another one goes on under has another one from then on, once for all that were fenced', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'millrace-process-id-'));
  try {
    const [process, other] = [processIdentityIn(environment, folder), processIdentityIn(environment, folder)];
    const used = process.id();
    process.renew(used);
    const next = process.id();
    expect(next).not.toBe(used);
    other.renew(used);
    expect([process.id(), other.id(), idIn(folder)]).toEqual([next, next, next]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('the id of a process stays with its folder, and is another one where a crash has torn it', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'millrace-process-id-'));
  try {
    const folder = path.join(root, 'app');
    const first = idIn(folder);
    expect(first).toMatch(/^[\w-]{22}$/);
    expect(idIn(folder)).toBe(first);
    expect(idIn(path.join(root, 'other'))).not.toBe(first);
    for (const torn of ['', '{"version":1,"processId":"ab', '{"version":1,"processId":7}']) {
      writeFileSync(path.join(folder, 'process-id.json'), torn);
      const next = idIn(folder);
      expect(next).not.toBe(first);
      expect(idIn(folder)).toBe(next);
    }
  } finally {
    rmSync(root, { recursive: true });
  }
});
