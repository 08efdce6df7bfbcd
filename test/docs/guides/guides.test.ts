import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { blocksOf } from './blocks.ts';
import { GuideRun } from './guide-run.ts';

const folder = path.resolve(import.meta.dirname, '../../../docs/guides');
const guides = readdirSync(folder).filter((file) => file.endsWith('.md'));

/** Languages whose blocks are run, or written to the file that is named above them. */
const RUN = new Set(['sh', 'sql', 'ts', 'js']);

describe('every block of a guide does what the guide says', () => {
  // Each on a server of its own, which its blocks wait for.
  it.concurrent.each(guides)('%s', async (guide) => {
    const blocks = blocksOf(readFileSync(path.join(folder, guide), 'utf8'));
    const idle = blocks.filter(({ language, file, notRun }) => !RUN.has(language) && !file && !notRun);
    expect(idle.map(({ line }) => `line ${line} is neither run nor a file, nor says why`)).toEqual([]);
    const run = await GuideRun.start(path.basename(guide, '.md'));
    try {
      for (const block of blocks) {
        if (block.notRun !== undefined) continue;
        expect(await run.run(block), `${guide}, line ${block.line}`).toBeUndefined();
      }
    } finally {
      await run.close();
    }
  });
});
