import path from 'node:path';
import { freePorts } from '../../../src/base/io/free-ports.ts';
import { run } from '../../compat/foreign-process.ts';
import { eventually, post } from '../../server/platform.ts';
import { Millrace } from '../millrace-process.ts';
import { leaveKsqldbService, SERVICE_ID } from './ksqldb-service.ts';

const HOUR_MS = 60 * 60 * 1_000;
const SCRIPT = path.join(import.meta.dirname, 'shop.sql');

/** Programs of the shop, which are told where Kafka, the SQL server and the registry are, and when its records begin. */
export interface ShopProgram {
  readonly command: string;
  readonly args: readonly string[];
}

/** What has been checked, a line `ok CHECK` or `not ok CHECK: why` for each. */
export interface MoveReport {
  readonly lines: readonly string[];
  readonly isWell: boolean;
}

/**
 * Moves a service of ksqlDB over to Millrace: leaves one in the cluster, starts `millrace start --kafka` with its service id,
 * runs its script as it is, and has its programs go on.
 */
export async function moveOver(bootstrap: string, programs: readonly ShopProgram[]): Promise<MoveReport> {
  // All of its records are in one window; older ones might be gone before they are read again.
  const beganMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  await leaveKsqldbService(bootstrap, beganMs);
  const millrace = new Millrace();
  try {
    const [sqlPort = 0, registryPort = 0] = await freePorts(2);
    const [sql, registry] = [`http://127.0.0.1:${sqlPort}`, `http://127.0.0.1:${registryPort}`];
    const server = millrace.spawn([
      ...['start', '--kafka', bootstrap, '--http-port', String(sqlPort), '--data', millrace.folder()],
      ...[`ksql.service.id=${SERVICE_ID}`, `schema.registry.port=${registryPort}`].flatMap((each) => [
        '-s',
        each,
      ]),
      ...['-s', 'ksql.streams.commit.interval.ms=200'],
    ]);
    await server.waitFor(/Millrace is running/);
    const lines = [
      await takenOver(sql),
      scriptLine(await millrace.run(['sql', sql, '-f', SCRIPT])),
      await statedAgain(sql),
    ];
    for (const { command, args } of programs) {
      const { output, code } = await run(command, [...args, bootstrap, sql, registry, String(beganMs)]);
      lines.push(...output.split('\n').filter((line) => /^(?:not )?ok /.test(line)));
      if (code !== 0) lines.push(`not ok ${command} ends with ${code}: ${output}`);
    }
    return { lines, isWell: lines.every((line) => line.startsWith('ok ')) };
  } finally {
    await millrace.close();
  }
}

interface Listed {
  readonly queries?: readonly { readonly id: string }[];
  readonly warnings: readonly { readonly message: string }[];
}

async function listed(sql: string): Promise<readonly Listed[]> {
  return (await post(`${sql}/ksql`, { ksql: 'SHOW QUERIES;' })).body as readonly Listed[];
}

/** The query without state goes on; the one that has counted by a schema is named. */
async function takenOver(sql: string): Promise<string> {
  const text = JSON.stringify(await listed(sql));
  const isTaken = text.includes('"id":"CSAS_WEB_ORDERS_5"') && !text.includes('"id":"CTAS_TOTALS_7"');
  const isNamed = /A recorded statement is not carried out: ksqlDB has rows of it in \S+CTAS_TOTALS_7/.test(
    text,
  );
  return isTaken && isNamed ? 'ok the service is taken over' : `not ok the service is taken over: ${text}`;
}

function scriptLine({ code, text }: { readonly code: number | null; readonly text: string }): string {
  return code === 0 ? 'ok the script runs' : `not ok the script runs: ${text.replaceAll('\n', ' | ')}`;
}

/** Nothing is missing of the service, and all of its queries run. */
async function statedAgain(sql: string): Promise<string> {
  let last = '';
  const isWell = await eventually(async () => {
    const [answer] = await listed(sql);
    last = JSON.stringify(answer);
    const isRunning = answer?.queries?.length === 5 && last.split('"state":"RUNNING"').length === 6;
    return isRunning && answer.warnings.length === 0 ? true : undefined;
  }).catch(() => false);
  return isWell ? 'ok all queries run' : `not ok all queries run: ${last}`;
}
