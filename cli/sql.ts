import { Command, Option } from 'commander';
import { explain } from './output.ts';
import { OUTPUT_FORMATS, type OutputFormat } from './shell/result-writer.ts';
import { SqlSession } from './shell/session.ts';
import { runShell } from './shell/shell.ts';
import { SqlServerClient, SqlServerError } from './shell/sql-server-client.ts';

interface SqlOptions {
  readonly execute?: string;
  readonly file?: string;
  readonly output: OutputFormat;
  readonly user?: string;
  readonly password?: string;
}

/** `millrace sql`: the SQL shell; with `-e` or `-f`, or when its input is no terminal, it runs a text and ends. */
export function sqlCommand(): Command {
  return new Command('sql')
    .description('SQL shell')
    .argument('[server]', 'URL of the SQL server', process.env['MILLRACE_SERVER'] ?? 'http://127.0.0.1:8088')
    .option('-e, --execute <sql>', 'run these statements and end')
    .option('-f, --file <path>', 'run the statements of a file and end')
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
      await client.info();
      const isBatch = options.execute !== undefined || options.file !== undefined || !process.stdin.isTTY;
      if (isBatch) await runBatch(client, options);
      else await runShell({ client, format: options.output });
    });
}

async function runBatch(client: SqlServerClient, options: SqlOptions): Promise<void> {
  const session = new SqlSession({
    client,
    format: options.output,
    print: (text) => void process.stdout.write(text),
    note: (text) => void process.stderr.write(text),
    // Into a file or a pipe nothing is wrapped.
    columns: () => (process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY),
  });
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  try {
    if (options.file !== undefined) await session.runFile(options.file, stop.signal);
    else await session.run(withEnd(options.execute ?? (await readAll(process.stdin))), stop.signal);
  } catch (error) {
    if (stop.signal.aborted) return;
    process.stderr.write(`${error instanceof SqlServerError ? error.message : explain(error)}\n`);
    process.exitCode = 1;
  }
}

/** On a command line the last semicolon may be missing. */
const withEnd = (text: string): string => (/;\s*$/.test(text) ? text : `${text};`);

async function readAll(input: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of input) text += chunk.toString();
  return text;
}
