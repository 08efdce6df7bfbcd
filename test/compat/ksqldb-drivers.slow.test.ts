import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, it, onTestFinished } from 'vitest';
import { Millrace } from '../e2e/millrace-process.ts';
import { expectChecks } from './client-checks.ts';
import { installNode, installPython, pythonSince } from './foreign-packages.ts';
import { run } from './foreign-process.ts';

const millrace = new Millrace();

afterEach(() => millrace.close());

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'millrace-ksqldb-drivers-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** `millrace start` on free ports and an empty folder. */
async function start(): Promise<{ readonly http: string; readonly kafka: string }> {
  const data = path.join(millrace.folder(), 'data');
  const ports = ['--kafka-port', '0', '--http-port', '0'];
  const { http = '', kafka } = await millrace.spawn(['start', '--json', ...ports, '--data', data]).facts();
  return { http, kafka };
}

/** What drives ksqlDB in the place of a database, unmodified, by its public interface, against the command that users run. */
describe('drivers of ksqlDB', () => {
  it("Cube's for Node state, roll up, describe, stream and drop", async ({ skip }) => {
    const folder = newFolder();
    const script = path.join(folder, 'cube-ksql.cjs');
    copyFileSync(path.join(import.meta.dirname, 'node', 'cube-ksql.cjs'), script);
    const whyNot = installNode(folder, ['@cubejs-backend/ksql-driver@1.7.43']);
    skip(whyNot !== undefined, whyNot);
    const { http, kafka } = await start();
    expectChecks(await run('node', [script, http, kafka]), [
      'connection',
      'statements and inserts',
      'a rollup of a pre-aggregation',
      'lists',
      'a windowed table',
      'a streaming query',
      'drops and refusals',
    ]);
  });

  it('jetblack-ksql-dbapi for Python state, insert, pull, push and print over HTTP/2', async ({ skip }) => {
    const base = pythonSince(12);
    skip(base === undefined, 'jetblack-ksql-dbapi needs Python 3.12');
    const packages = ['jetblack-ksql-dbapi==0.2.1', 'httpx[http2]==0.28.1'];
    const { python, whyNot } = installPython(newFolder(), packages, base);
    skip(whyNot !== undefined, whyNot);
    const program = path.join(import.meta.dirname, 'python', 'jetblack.py');
    expectChecks(await run(python, ['-W', 'ignore', program, (await start()).http]), [
      'statements',
      'inserts',
      'pull queries',
      'lists',
      'errors',
      'push query, closed',
      'print',
      'client',
    ]);
  });
});
