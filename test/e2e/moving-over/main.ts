/**
 * Moves a service of ksqlDB with Avro, Protobuf and JSON Schema over to Millrace, with its script and its programs, and prints a line
 * for each thing that was checked:
 *
 *   npm run sql:move                  on a broker of Millrace
 *   npm run sql:move -- HOST:PORT     on an empty Kafka cluster that runs there
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Millrace } from '../millrace-process.ts';
import { moveOver } from './move-over.ts';
import { shopPrograms } from './shop-programs.ts';

const millrace = new Millrace();
const folder = mkdtempSync(path.join(tmpdir(), 'millrace-move-'));
try {
  const bootstrap = process.argv[2] ?? (await millrace.startBroker()).facts.kafka;
  const { lines, isWell } = await moveOver(bootstrap, shopPrograms(folder));
  for (const line of lines) console.log(line);
  process.exitCode = isWell ? 0 : 1;
} finally {
  await millrace.close();
  rmSync(folder, { recursive: true, force: true });
}
