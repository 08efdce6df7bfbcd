import { Command, Option } from 'commander';
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
}

const OPTION_RULES: OptionRules = {
  '--execute': { not: { '--file': 'they are two texts to run: leave one of them out' } },
  '--file': {},
  '--user': {},
  '--password': { needs: { oneOf: ['--user'], hint: 'name the user, too' } },
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
    .addOption(
      new Option('-o, --output <format>', 'how results are shown').choices(OUTPUT_FORMATS).default('tabular'),
    )
    .action(async (server: string, options: SqlOptions) => {
      const { user, password } = options;
      const client = new SqlServerClient(server, {
        ...(user === undefined ? {} : { user }),
        ...(password === undefined ? {} : { password }),
      });
      const { startProgress } = await client.info();
      if (startProgress !== undefined) writeError(`the server is ${startProgress}\n`);
      const isBatch = options.execute !== undefined || options.file !== undefined || !process.stdin.isTTY;
      if (isBatch) await runBatch(client, options);
      else await runShell({ client, format: options.output, stop: shellStop() });
    });
  return withOptionRules(command, OPTION_RULES);
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
