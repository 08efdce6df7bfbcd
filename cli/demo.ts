import { rmSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { nodeEnvironment } from '../src/base/io/node-environment.ts';
import { Lifecycle } from '../src/base/lifecycle.ts';
import { type Logger, PROCESS_LOG_FILE } from '../src/base/logger.ts';
import { requireFlightData } from './demo/flight-data.ts';
import { FLIGHT_STATEMENTS, LIVE_QUERY, SUGGESTIONS } from './demo/flight-statements.ts';
import { keepRecords, loadAirports, replayFlights } from './demo/replay.ts';
import { withOptionRules } from './option-rules.ts';
import { startPlatform } from './platform.ts';
import { openLog } from './process-log.ts';
import { dataFolder, type ProcessOptions, settingsOf, withProcessOptions } from './process-options.ts';
import { refuseVainSettings } from './setting-rules.ts';
import { SqlSession } from './shell/session.ts';
import { runShell } from './shell/shell.ts';
import { SqlServerClient } from './shell/sql-server-client.ts';
import { announce } from './start.ts';
import { stopRequest } from './stop-request.ts';
import { writeOut } from './standard-streams.ts';

/** `millrace demo`: everything, with real flight data flowing through three SQL queries. */
export function demoCommand(): Command {
  const command = withProcessOptions(new Command('demo'))
    .description('start everything and show SQL over real flight data')
    .option('--no-shell', 'show the results and stay up, even on a terminal')
    .action(async (options: ProcessOptions & { readonly shell: boolean }) => {
      requireFlightData();
      const onTerminal = isTerminal() && options.shell && options.json !== true;
      const stop = stopRequest();
      const settings = settingsOf(options);
      refuseVainSettings({ ...options, sql: true }, settings);
      const data = dataFolder(options, settings);
      // A shell shares the terminal with nobody.
      const logFile = onTerminal ? path.join(data, PROCESS_LOG_FILE) : undefined;
      const logger = await openLog(options, logFile);
      const { timers } = nodeEnvironment;
      const life = new Lifecycle('the demo', { timers, logger, onCloseFailure: 'throw' });
      if (options.ephemeral === true) {
        life.add({ name: 'the data folder', close: () => rmSync(data, { recursive: true, force: true }) });
      }
      const { signal } = stop;
      try {
        const platform = await life.start({
          name: 'the platform',
          open: () => startPlatform({ ...options, settings, data, sql: true, signal, logger }),
          close: (opened) => opened.close(),
        });
        // On a terminal the shell decides what Ctrl-C means from here on; elsewhere it ends the process.
        if (onTerminal) stop.release('SIGINT');
        const { kafka, http = '' } = platform.facts;
        const stopKey = onTerminal ? 'Ctrl-D' : 'Ctrl-C';
        announce({ ...platform.facts, data, log: logFile }, { ...options, notes: platform.notes, stopKey });
        const client = new SqlServerClient(http);
        await beginQueries(client, kafka);
        beginReplay(life, kafka, logger);
        if (options.json !== true) await showLive(client, signal);
        // A terminal that is closed, or a kill, ends it also while the shell waits for the user.
        await (onTerminal ? runShell({ client, format: 'tabular', stop: signal }) : stop.stopped);
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        await life.close();
      }
      process.exit(0);
    });
  return withOptionRules(command, { '--no-shell': {} });
}

/** Sends flights until the life ends. */
function beginReplay(life: Lifecycle, kafka: string, logger: Logger): void {
  const end = new AbortController();
  const replayed = replayFlights(kafka, end.signal).catch((error: unknown) =>
    logger.error('the replay of flights ended', { error }),
  );
  life.add({
    name: 'the replay of flights',
    close: () => {
      end.abort();
      return replayed;
    },
  });
}

function isTerminal(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

async function beginQueries(client: SqlServerClient, kafka: string): Promise<void> {
  await loadAirports(kafka);
  await client.execute(FLIGHT_STATEMENTS, {
    properties: { 'auto.offset.reset': 'earliest' },
    variables: {},
  });
  await keepRecords(kafka);
}

/** Shows rows of the join as they come, then what else there is to see. */
async function showLive(client: SqlServerClient, signal: AbortSignal): Promise<void> {
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt);
  const session = new SqlSession({
    client,
    format: 'tabular',
    print: writeOut,
    columns: () => process.stdout.columns || 100,
  });
  writeOut(`\nUS flights of 2001 are being replayed through three SQL queries. Late departures, live:\n\n`);
  writeOut(`${LIVE_QUERY}\n\n`);
  await session.run(LIVE_QUERY, AbortSignal.any([stop.signal, signal]));
  process.off('SIGINT', interrupt);
  writeOut(
    `\nThe queries go on. Try on the SQL shell:\n\n${SUGGESTIONS.map((sql) => `  ${sql}\n`).join('')}\n`,
  );
}
