import { homedir } from 'node:os';
import path from 'node:path';
import { complete, isWhiteSpace, statementWords } from '../../grammar/index.ts';
import { nearestName } from '../../src/base/nearest-name.ts';
import { explain } from '../explain.ts';
import { HELP } from './help-text.ts';
import { highlight } from './highlight.ts';
import { KnownNames } from './known-names.ts';
import { version } from '../version.ts';
import { LineEditor } from './line-editor/editor.ts';
import type { EntryReader } from './line-editor/entry-reader.ts';
import { PlainEditor } from './line-editor/plain-editor.ts';
import { continuation } from './continuation.ts';
import { History } from './line-editor/history.ts';
import { PagedOutput, pagerOf, runPager } from './pager.ts';
import { OUTPUT_FORMATS, type OutputFormat } from './result-writer.ts';
import { SqlSession } from './session.ts';
import { completeCommand, filesIn } from './complete-command.ts';
import { shellCommandOf } from './shell-commands.ts';
import { type SqlServerClient, SqlServerError } from './sql-server-client.ts';
import { statementHelp } from './statement-help.ts';
import { scanStatements } from './statement-scanner.ts';
import { clearScreen, hasColours, hasControls, onStdout, writeOut } from '../standard-streams.ts';
import { visible } from './visible-text.ts';

const PROMPT = 'millrace> ';

interface ShellOptions {
  readonly client: SqlServerClient;
  readonly format: OutputFormat;
  readonly historyFile?: string;
  /** Ends the shell and what runs in it: the terminal was closed, or the process was told to end. */
  readonly stop: AbortSignal;
}

/** The interactive shell: reads on the terminal until the user leaves. */
export async function runShell(options: ShellOptions): Promise<void> {
  const { stdout } = process;
  const output = new PagedOutput({
    // What it is given is as the terminal may have it.
    write: (text) => void stdout.write(text),
    rows: () => stdout.rows || 24,
    pager: stdout.isTTY ? pagerOf(process.env) : undefined,
  });
  const session = new SqlSession({
    client: options.client,
    format: options.format,
    print: (text) => output.print(onStdout(text)),
    page: (text) => output.page(onStdout(text)),
    note: (text) => output.note(onStdout(text)),
    columns: () => (stdout.isTTY ? stdout.columns || 120 : Number.POSITIVE_INFINITY),
  });
  const history = new History(options.historyFile ?? path.join(homedir(), '.millrace', 'sql-history'));
  const known = new KnownNames();
  const settings = { properties: {}, variables: {} };
  const timing: Timing = { isOn: false };
  const editor = editorOf({ history, known, stop: options.stop });

  writeOut(`Millrace SQL ${version()} on ${session.client.url}. Type help for help, Ctrl-D to leave.\n\n`);
  try {
    for (;;) {
      void known.refresh((ksql) => session.client.execute(ksql, settings));
      const result = await editor.read();
      if (result.kind === 'ended') break;
      if (result.kind === 'interrupted' || isWhiteSpace(result.text)) continue;
      history.add(result.text);
      if (/^\s*(exit|quit)\b/i.test(result.text)) break;
      await editor.interruptibly(async (signal) => {
        const beginMs = performance.now();
        try {
          if (shellCommandOf(result.text) !== undefined)
            await runCommand(result.text.trim(), { session, history, signal, timing });
          else await session.run(result.text, signal);
        } catch (error) {
          // An error is told, and the shell lives on.
          if (signal.aborted) output.note('stopped waiting\n');
          else output.note(onStdout(`${error instanceof SqlServerError ? error.message : explain(error)}\n`));
        }
        if (timing.isOn) output.note(`took ${(performance.now() - beginMs).toFixed(1)} ms\n`);
      });
      await output.flush((pager, text) => editor.lend(() => runPager(pager, text)));
    }
  } finally {
    editor.close();
  }
}

interface EditorParts {
  readonly history: History;
  readonly known: KnownNames;
  readonly stop: AbortSignal;
}

function editorOf({ history, known, stop }: EditorParts): EntryReader {
  const { stdin: input, stdout, stderr } = process;
  const dialogue = { prompt: PROMPT, continuation, isComplete, stop };
  // Prompts are for whoever sits there, also when the results go to a file.
  if (!hasControls()) return new PlainEditor({ ...dialogue, input, output: stdout.isTTY ? stdout : stderr });
  return new LineEditor({
    ...dialogue,
    input,
    output: stdout,
    history,
    highlight: hasColours() ? highlight : (text) => text,
    complete: (text, cursor) => {
      const ofCommand = completeCommand(text, cursor, { list: filesIn });
      if (ofCommand !== undefined) return ofCommand;
      const { start, end, items } = complete(text, cursor, known.names);
      // A name that would steer the terminal has to be written by hand.
      const candidates = items.map((item) => item.text).filter((text) => visible(text) === text);
      return { start, end, candidates };
    },
  });
}

/** Enter ends a command of the shell, or a text whose last statement has its semicolon. */
function isComplete(text: string): boolean {
  if (isWhiteSpace(text) || shellCommandOf(text) !== undefined) return true;
  const { statements, isOpen } = scanStatements(text);
  return statements.length > 0 && !isOpen;
}

/** Whether each entry is followed by the time that it took. */
interface Timing {
  isOn: boolean;
}

interface CommandContext {
  readonly session: SqlSession;
  readonly history: History;
  readonly signal: AbortSignal;
  readonly timing: Timing;
}

async function runCommand(text: string, context: CommandContext): Promise<void> {
  const { session, history, signal, timing } = context;
  const [word = '', ...rest] = text.replace(/;$/, '').trim().split(/\s+/);
  const argument = rest.join(' ');
  switch (word.toLowerCase()) {
    case 'help':
      return writeOut(helpText(argument));
    case 'timing':
    case '\\timing':
      timing.isOn = argument === '' ? !timing.isOn : argument.toLowerCase() === 'on';
      return writeOut(`timing is ${timing.isOn ? 'on' : 'off'}\n`);
    case 'clear':
      return clearScreen();
    case 'version':
      return writeOut(`${version()}\n`);
    case 'history':
      return writeOut(history.entries.map((entry, i) => `${i + 1}: ${entry}\n`).join(''));
    case 'output': {
      const format = OUTPUT_FORMATS.find((known) => known === argument.toLowerCase());
      if (format === undefined) return writeOut(`output is one of ${OUTPUT_FORMATS.join(', ')}\n`);
      session.setFormat(format);
      return writeOut(`output is now ${format}\n`);
    }
    case 'server':
      if (argument !== '') {
        const client = session.client.at(argument.replaceAll(/^'|'$/g, ''));
        await client.info();
        session.client = client;
      }
      return writeOut(`server is ${session.client.url}\n`);
    case 'run':
      return session.runFile(rest.slice(1).join(' ').replaceAll(/^'|'$/g, ''), signal);
    default:
  }
}

function helpText(statement: string): string {
  if (statement === '') return HELP;
  const syntax = statementHelp(statement, process.stdout.columns || 80);
  if (syntax !== undefined) return `${syntax}\n`;
  const [word = ''] = statement.split(/\s+/);
  const suggestion = nearestName(word.toUpperCase(), statementWords);
  const hint =
    suggestion === undefined ? `they begin with ${statementWords.join(', ')}` : `did you mean ${suggestion}?`;
  return `no statement begins with ${word.toUpperCase()}\n${hint}\n`;
}
