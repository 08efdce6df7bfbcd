import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { DiagnosticError, messageOf } from '../src/base/errors.ts';
import { unlessAborted } from '../src/base/unless-aborted.ts';
import { type OptionRules, withOptionRules } from './option-rules.ts';
import { explain } from './explain.ts';
import { OUTPUT_FORMATS, type OutputFormat } from './shell/result-writer.ts';
import { SqlSession } from './shell/session.ts';
import { runShell } from './shell/shell.ts';
import { SqlServerClient, SqlServerError } from './shell/sql-server-client.ts';
import { stopRequest } from './stop-request.ts';
import { writeError, writeOut } from './standard-streams.ts';

interface SqlOptions {
  readonly execute?: string;
  readonly file?: string;
  readonly output: OutputFormat;
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  readonly cacert?: string;
  readonly cert?: string;
}

const OPTION_RULES: OptionRules = {
  '--execute': { not: { '--file': 'they are two texts to run: leave one of them out' } },
  '--file': {},
  '--user': {},
  '--password': { needs: { oneOf: ['--user'], hint: 'name the user, too' } },
  '--token': {
    not: {
      '--password': 'it belongs to a user name: leave one of them out',
      '--user': 'each of them says who you are: leave one of them out',
    },
  },
  '--cacert': {},
  '--cert': {},
  '--output': {},
};

/** `millrace sql`: the SQL shell; with `-e` or `-f`, or when its input is no terminal, it runs a text and ends. */
export function sqlCommand(): Command {
  const command = new Command('sql')
    .description('SQL shell')
    .argument('[server]', 'URL of the SQL server', process.env['MILLRACE_SERVER'] ?? 'http://127.0.0.1:8088')
    .option('-e, --execute <sql>', 'run these statements and end')
    .option('-f, --file <path>', 'run the statements of a file, or with - of standard input, and end')
    .option('-u, --user <name>', 'user name')
    .option('-p, --password <text>', 'password')
    .option('-t, --token <text>', 'bearer token, instead of a user name and a password')
    .option('--cacert <path>', 'PEM file of the authorities that the certificate of the server is checked by')
    .option('--cert <path>', 'PEM file with the certificate of this client and its key')
    .addOption(
      new Option('-o, --output <format>', 'how results are shown').choices(OUTPUT_FORMATS).default('tabular'),
    )
    .action(async (server: string, options: SqlOptions) => {
      const { user, password, token, cacert, cert } = options;
      const client = new SqlServerClient(server, {
        ...(user === undefined ? {} : { user }),
        ...(password === undefined ? {} : { password }),
        ...(token === undefined ? {} : { token }),
        tls: {
          ...(cacert === undefined ? {} : { ca: pemOf(cacert) }),
          ...(cert === undefined ? {} : { cert: pemOf(cert) }),
        },
      });
      const { startProgress } = await client.info();
      if (startProgress !== undefined) writeError(`the server is ${startProgress}\n`);
      const isBatch = options.execute !== undefined || options.file !== undefined || !process.stdin.isTTY;
      if (isBatch) await runBatch(client, options);
      else await runShell({ client, format: options.output, stop: shellStop() });
    });
  return withOptionRules(command, OPTION_RULES);
}

function pemOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new DiagnosticError({ message: `cannot read ${file}`, detail: messageOf(error) }, { cause: error });
  }
}

async function runBatch(client: SqlServerClient, options: SqlOptions): Promise<void> {
  const session = new SqlSession({
    client,
    format: options.output,
    print: writeOut,
    note: writeError,
    // Into a file or a pipe nothing is wrapped.
    columns: () => (process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY),
  });
  const { signal } = stopRequest();
  try {
    if (options.file !== undefined && options.file !== '-') await session.runFile(options.file, signal);
    else {
      const text = options.execute ?? (await unlessAborted(readAll(process.stdin), signal));
      await session.run(withEnd(text), signal);
    }
  } catch (error) {
    if (signal.aborted) return;
    writeError(`${error instanceof SqlServerError ? error.message : explain(error)}\n`);
    process.exitCode = 1;
  } finally {
    // An input that nobody has closed would keep the process.
    process.stdin.destroy();
  }
}

/** What ends the shell: a terminal that was closed, or a kill. Ctrl-C is a key of the shell. */
function shellStop(): AbortSignal {
  const stop = stopRequest();
  stop.release('SIGINT');
  return stop.signal;
}

/** On a command line the last semicolon may be missing. */
const withEnd = (text: string): string => (/;\s*$/.test(text) ? text : `${text};`);

async function readAll(input: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of input) text += chunk.toString();
  return text;
}
