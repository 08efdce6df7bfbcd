import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, it } from 'vitest';
import { describeContract } from './contract.case.ts';

const run = promisify(execFile);
const shared = process.env['MILLRACE_SHARED'] ?? path.resolve(import.meta.dirname, '../../../shared');
const peer = path.join(shared, 'peers/kafka');

const missing = whatIsMissing();
if (missing === undefined) {
  describeContract(
    'Apache Kafka',
    async () => {
      // A Kafka that runs already saves its start while one works on the client.
      const running = process.env['KAFKA_BOOTSTRAP'];
      if (running !== undefined) return { bootstrapServers: running, stop: async () => {} };
      const port = String(await freePort());
      // The broker outlives the script that starts it, which must not keep our pipes open.
      const { stdout } = await run(peer, ['start', port], { timeout: 240_000 });
      return {
        bootstrapServers: stdout.trim().split('\n').at(-1) ?? '',
        stop: async () => {
          await run(peer, ['stop', port]);
        },
      };
    },
    { hasTransactions: true, sessionMsMin: 6_000 },
  );
} else {
  describe('the client against Apache Kafka', () => {
    it.skip(`needs ${missing}`, () => {});
  });
}

function whatIsMissing(): string | undefined {
  if (process.env['KAFKA_BOOTSTRAP'] !== undefined) return undefined;
  if (!existsSync(peer)) return `the peers of the shared folder (${peer}); MILLRACE_SHARED names another one`;
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'java';
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
