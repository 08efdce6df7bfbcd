import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { appProcess, rivalProcess } from '../harness/apps.ts';
import type { Figure } from '../harness/figure.ts';
import { SAID_EVERY } from '../harness/killed-counters.ts';
import type { RunningProcess } from '../harness/processes.ts';
import { freshName, stageBootstrap, stageInput } from '../harness/stage.ts';

const KEYS = 100_000;
/** By then what was counted is committed. */
const SETTLED_MS = 5_000;

/** What an application takes that has counted so many keys. The heap of the JVM is what the JVM makes it. */
export const streamsMemory: Figure = {
  name: 'Streams memory, resident, at 100,000 keys',
  unit: 'MB',
  bound: { atMost: 0.4 },
  async prepare({ quick }) {
    const records = quick ? 500_000 : 2_000_000;
    const bootstrap = await stageBootstrap();
    const input = await stageInput({ kind: 'text', records, keys: KEYS });
    const measure = (begin: (args: readonly string[]) => RunningProcess) => async (): Promise<number> => {
      const stateDir = mkdtempSync(path.join(tmpdir(), 'memory-state-'));
      try {
        const app = begin([bootstrap, freshName('memory'), input, stateDir]);
        await app.waitFor(new RegExp(`processed ${records - SAID_EVERY + 1}\\n`), 180_000);
        await setTimeout(SETTLED_MS);
        const bytes = app.residentBytes();
        await app.stop('SIGKILL');
        return bytes / 1_000_000;
      } finally {
        rmSync(stateDir, { recursive: true, force: true });
      }
    };
    return {
      ours: { name: 'millrace', measure: measure((args) => appProcess('streams-restart', args)) },
      rival: {
        name: 'kafka streams',
        measure: measure((args) => rivalProcess('RestartRival', args, { heap: 'default' })),
      },
    };
  },
};
