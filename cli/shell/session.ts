import { withoutLeadingBlanks } from '../../grammar/index.ts';
import { DiagnosticError } from '../../src/base/errors.ts';
import { type Outlet, type OutputFormat, resultWriter, type ResultWriter } from './result-writer.ts';
import type { SqlServerClient } from './sql-server-client.ts';
import { SqlServerError } from './sql-server-client.ts';
import { isPushQuery, kindOf, readSessionStatement } from './session-statement.ts';
import { notAStatement } from './shell-commands.ts';
import { readScript } from './script-file.ts';
import { type ScannedStatement, type ScannedText, scanStatements } from './statement-scanner.ts';

interface SessionOptions extends Pick<Outlet, 'print' | 'page' | 'columns'> {
  readonly client: SqlServerClient;
  readonly format: OutputFormat;
  /** Where messages go that are no rows; to where rows go, unless told otherwise. */
  readonly note?: Outlet['note'];
}

/**
 * Runs SQL texts against a server. `SET`, `DEFINE` and their opposites change the session and never reach the server
 * on their own; queries stream; all other statements that stand next to each other go out as one request, which the
 * server checks whole before it runs any of it.
 */
export class SqlSession {
  client: SqlServerClient;
  readonly #outlet: Outlet;
  readonly #properties = new Map<string, string>();
  readonly #variables = new Map<string, string>();
  #writer: ResultWriter;

  constructor(options: SessionOptions) {
    this.client = options.client;
    const { print, page = print, note = print, columns } = options;
    this.#outlet = { print, page, note, columns };
    this.#writer = resultWriter(options.format, this.#outlet);
  }

  setFormat(format: OutputFormat): void {
    this.#writer = resultWriter(format, this.#outlet);
  }

  /**
   * Runs all statements of a text; the first error ends it. Aborting the signal ends a running query.
   * @throws {DiagnosticError} where the text ends in the middle of a statement.
   */
  async run(text: string, signal: AbortSignal): Promise<void> {
    const scanned = scanStatements(text);
    rejectOpenEnd(text, scanned);
    await this.#runAll({ text, statements: scanned.statements }, signal);
  }

  /** Runs a file. An error of a statement says in which line of the file that begins. */
  async runFile(file: string, signal: AbortSignal): Promise<void> {
    const text = readScript(file);
    const scanned = scanStatements(text);
    try {
      rejectOpenEnd(text, scanned);
    } catch (error) {
      const { unclosed, rest } = scanned;
      throw inFile(error, {
        file,
        line: placeIn(text, unclosed?.start ?? text.length - rest.trimStart().length).line,
      });
    }
    await this.#runAll({ text, statements: scanned.statements }, signal, (error, statement) =>
      inFile(error, { file, line: placeIn(text, beginOf(statement)).line }),
    );
  }

  async #runAll(
    { text, statements }: StatementsOfText,
    signal: AbortSignal,
    located: (error: unknown, statement: ScannedStatement) => unknown = (error) => error,
  ): Promise<void> {
    let batch: ScannedStatement[] = [];
    for (const statement of statements) {
      if (signal.aborted) return;
      const isForServer = kindOf(statement.text) === 'server';
      const wrong = isForServer ? notAStatement(withoutLeadingBlanks(statement.text)) : undefined;
      if (wrong !== undefined) throw located(wrong, statement);
      if (isForServer) batch.push(statement);
      if (isForServer && statement !== statements.at(-1)) continue;
      await this.#runBatch({ text, statements: batch }, signal, located);
      batch = [];
      if (isForServer) continue;
      try {
        await this.#runOne({ text, statements: [statement] }, statement.text, signal);
      } catch (error) {
        throw located(error, statement);
      }
    }
  }

  /** Statements that go out as one request; an error is that of the one that the server names. */
  async #runBatch(
    batch: StatementsOfText,
    signal: AbortSignal,
    located: (error: unknown, statement: ScannedStatement) => unknown,
  ): Promise<void> {
    const { statements } = batch;
    const [first] = statements;
    if (first === undefined) return;
    try {
      for (const entity of await this.client.execute(inPlace(batch), this.#settings(), signal)) {
        this.#writer.entity(entity);
      }
    } catch (error) {
      const named = error instanceof SqlServerError ? error.statementText : undefined;
      throw located(
        error,
        statements.find(({ text }) => named !== undefined && isSame(text, named)) ?? first,
      );
    }
  }

  async #runOne(placed: StatementsOfText, statement: string, signal: AbortSignal): Promise<void> {
    const kind = kindOf(statement);
    if (kind === 'query') await this.#query(inPlace(placed), signal);
    else if (kind === 'print') await this.#print(inPlace(placed), signal);
    else await this.#changeSession(statement, inPlace(placed), signal);
  }

  #settings() {
    return {
      properties: Object.fromEntries(this.#properties),
      variables: Object.fromEntries(this.#variables),
    };
  }

  async #query(sql: string, signal: AbortSignal): Promise<void> {
    const writer = this.#writer.query({ isPush: isPushQuery(sql) });
    try {
      for await (const message of this.client.query(sql, this.#settings(), signal)) {
        if (message.errorMessage !== undefined) throw new SqlServerError(message.errorMessage);
        writer.row(message);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    writer.end();
  }

  async #print(statement: string, signal: AbortSignal): Promise<void> {
    try {
      for await (const line of this.client.print(statement, this.#settings(), signal))
        this.#writer.line(line);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Properties are known to the server alone, which refuses or warns at once and not with the statement after. */
  async #checkProperty(statement: string, signal: AbortSignal): Promise<void> {
    for (const entity of await this.client.execute(statement, this.#settings(), signal))
      this.#writer.entity(entity);
  }

  /** @param placed the statement at its place, for the errors of the server. */
  async #changeSession(statement: string, placed: string, signal: AbortSignal): Promise<void> {
    const change = readSessionStatement(statement, this.#variables);
    switch (change.kind) {
      case 'setProperty':
        await this.#checkProperty(placed, signal);
        return this.#assign(this.#properties, change);
      case 'unsetProperty':
        await this.#checkProperty(placed, signal);
        return this.#forget(this.#properties, change.name);
      case 'define':
        return this.#assign(this.#variables, change);
      case 'undefine':
        return this.#forget(this.#variables, change.name);
      case 'showVariables': {
        const variables = Array.from(this.#variables, ([name, value]) => ({ name, value }));
        return this.#writer.entity({ '@type': 'variables', variables });
      }
    }
  }

  #assign(
    target: Map<string, string>,
    { name, value }: { readonly name: string; readonly value: string },
  ): void {
    const before = target.get(name);
    target.set(name, value);
    const change = before === undefined ? `is now '${value}'` : `was '${before}', is now '${value}'`;
    this.#outlet.note(`'${name}' ${change}\n`);
  }

  #forget(target: Map<string, string>, name: string): void {
    const known = target.delete(name);
    this.#outlet.note(known ? `'${name}' is no longer set\n` : `'${name}' was not set\n`);
  }
}

/** Statements, and the whole text in which they stand, in order and with nothing between them but comments. */
interface StatementsOfText {
  readonly text: string;
  readonly statements: readonly ScannedStatement[];
}

/** Statements with as many lines and blanks before them as they have in their text: the server's places are those of the text. */
function inPlace({ text, statements }: StatementsOfText): string {
  const [first] = statements;
  const last = statements.at(-1);
  if (first === undefined || last === undefined) return '';
  const { line, column } = placeIn(text, first.start);
  const before = '\n'.repeat(line - 1) + ' '.repeat(column - 1);
  return before + text.slice(first.start, last.start + last.text.length);
}

/** How that ends which does not end as quotes do. */
const ENDS: Readonly<Partial<Record<string, string>>> = {
  '/*': 'comments end with */',
  $$: 'what begins with $$ ends with $$',
};

/** @throws {DiagnosticError} where a text ends in the middle of a statement, a quote or a comment. */
function rejectOpenEnd(text: string, { rest, isOpen, unclosed }: ScannedText): void {
  const detail = rest.trim().slice(0, 200);
  if (unclosed !== undefined) {
    const { line, column } = placeIn(text, unclosed.start);
    const what = unclosed.mark === '/*' ? 'comment' : 'quote';
    throw new DiagnosticError({
      message: `line ${line}:${column}: the ${what} that begins here with ${unclosed.mark} has no end`,
      detail,
      hint: ENDS[unclosed.mark] ?? `a ${unclosed.mark} within it is written twice`,
    });
  }
  if (isOpen)
    throw new DiagnosticError({
      message: 'the last statement has no end',
      detail,
      hint: 'statements end with a semicolon',
    });
}

/** Where a statement begins, after the comments before it. */
const beginOf = ({ text, start }: ScannedStatement): number =>
  start + text.length - withoutLeadingBlanks(text).length;

function placeIn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}

/** Two texts of one statement: the server's may lack comments around it, and the semicolon. */
function isSame(a: string, b: string): boolean {
  const bare = (text: string): string => withoutLeadingBlanks(text).replace(/\s*;?\s*$/, '');
  return bare(a) === bare(b);
}

/**
 * The error with its place in a file before its message: the line that it names itself, which is one of the file, or that of
 * its statement. What is no user's mistake stays as it is.
 */
function inFile(error: unknown, { file, line }: { readonly file: string; readonly line: number }): unknown {
  const named = error instanceof Error ? /\bline:? (\d+)(?::|, Col:)/i.exec(error.message)?.[1] : undefined;
  const where = `${file}:${named ?? line}: `;
  if (error instanceof SqlServerError) {
    const { errorCode, statementText } = error;
    return new SqlServerError({
      error_code: errorCode,
      message: where + error.message,
      ...(statementText === undefined ? {} : { statementText }),
    });
  }
  if (!(error instanceof DiagnosticError)) return error;
  return new DiagnosticError({ ...error.diagnostic, message: where + error.diagnostic.message });
}
