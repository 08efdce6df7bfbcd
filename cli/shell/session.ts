import { readFileSync } from 'node:fs';
import { DiagnosticError, messageOf, OperationalError } from '../../src/base/errors.ts';
import { renderTable } from './table.ts';
import { type OutputFormat, resultWriter, type ResultWriter } from './result-writer.ts';
import type { SqlServerClient } from './sql-server-client.ts';
import { SqlServerError } from './sql-server-client.ts';
import { scanStatements } from './statement-scanner.ts';

export interface SessionOptions {
  readonly client: SqlServerClient;
  readonly format: OutputFormat;
  readonly print: (text: string) => void;
  /** Terminal width in columns, asked whenever something is printed. */
  readonly columns: () => number;
}

/**
 * Runs SQL texts against a server. `SET`, `DEFINE` and their opposites change the session and never reach the server
 * on their own; queries stream; all other statements that stand next to each other go out as one request, which the
 * server checks whole before it runs any of it.
 */
export class SqlSession {
  client: SqlServerClient;
  readonly #options: SessionOptions;
  readonly #properties = new Map<string, string>();
  readonly #variables = new Map<string, string>();
  #writer: ResultWriter;

  constructor(options: SessionOptions) {
    this.client = options.client;
    this.#options = options;
    this.#writer = resultWriter(options.format, options.columns, options.print);
  }

  setFormat(format: OutputFormat): void {
    this.#writer = resultWriter(format, this.#options.columns, this.#options.print);
  }

  /**
   * Runs all statements of a text; the first error ends it. Aborting the signal ends a running query.
   * @throws {DiagnosticError} where the text ends in the middle of a statement.
   */
  async run(text: string, signal: AbortSignal): Promise<void> {
    const { statements, rest, isOpen } = scanStatements(text);
    if (isOpen) {
      throw new DiagnosticError({
        message: 'the last statement has no end',
        detail: rest.trim().slice(0, 200),
        hint: 'statements end with a semicolon',
      });
    }
    let batch: string[] = [];
    const sendBatch = async (): Promise<void> => {
      if (batch.length === 0) return;
      const ksql = batch.join('\n');
      batch = [];
      for (const entity of await this.client.execute(ksql, this.#settings(), signal))
        this.#writer.entity(entity);
    };
    for (const { text: statement } of statements) {
      if (signal.aborted) return;
      const kind = kindOf(statement);
      if (kind === 'server') {
        batch.push(statement);
        continue;
      }
      await sendBatch();
      if (kind === 'query') await this.#query(statement, signal);
      else if (kind === 'print') await this.#print(statement, signal);
      else this.#changeSession(statement);
    }
    await sendBatch();
  }

  async runFile(file: string, signal: AbortSignal): Promise<void> {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      throw new OperationalError('NOT_FOUND', `cannot read ${file}: ${messageOf(error)}`, {
        retriable: false,
        cause: error,
      });
    }
    await this.run(text, signal);
  }

  #settings() {
    return {
      properties: Object.fromEntries(this.#properties),
      variables: Object.fromEntries(this.#variables),
    };
  }

  async #query(sql: string, signal: AbortSignal): Promise<void> {
    const writer = this.#writer.query({ isPush: /\bEMIT\s+(CHANGES|FINAL)\b/i.test(sql) });
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
        this.#options.print(`${line}\n`);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #changeSession(statement: string): void {
    const text = withoutComments(statement);
    const set = /^SET\s+'((?:[^']|'')*)'\s*=\s*'((?:[^']|'')*)'\s*;$/i.exec(text);
    if (set !== null)
      return this.#assign(this.#properties, { name: unquote(set[1]), value: unquote(set[2]) });
    const unset = /^UNSET\s+'((?:[^']|'')*)'\s*;$/i.exec(text);
    if (unset !== null) return this.#forget(this.#properties, unquote(unset[1]));
    const define = /^DEFINE\s+(\w+)\s*=\s*'((?:[^']|'')*)'\s*;$/i.exec(text);
    if (define !== null)
      return this.#assign(this.#variables, { name: define[1] ?? '', value: unquote(define[2]) });
    const undefine = /^UNDEFINE\s+(\w+)\s*;$/i.exec(text);
    if (undefine !== null) return this.#forget(this.#variables, undefine[1] ?? '');
    if (/^(SHOW|LIST)\s+VARIABLES\s*;$/i.test(text)) {
      const table = renderTable(['Variable Name', 'Value'], [...this.#variables], this.#options.columns());
      return this.#options.print(`${table}\n`);
    }
    throw new DiagnosticError({
      message: `cannot read this ${/^\w+/.exec(text)?.[0]?.toUpperCase() ?? ''} statement`,
      detail: text,
      hint: "write SET 'name'='value'; UNSET 'name'; DEFINE name='value'; or UNDEFINE name;",
    });
  }

  #assign(
    target: Map<string, string>,
    { name, value }: { readonly name: string; readonly value: string },
  ): void {
    const before = target.get(name);
    target.set(name, value);
    const change = before === undefined ? `is now '${value}'` : `was '${before}', is now '${value}'`;
    this.#options.print(`'${name}' ${change}\n`);
  }

  #forget(target: Map<string, string>, name: string): void {
    const known = target.delete(name);
    this.#options.print(known ? `'${name}' is no longer set\n` : `'${name}' was not set\n`);
  }
}

type StatementKind = 'query' | 'print' | 'session' | 'server';

function kindOf(statement: string): StatementKind {
  const text = withoutComments(statement);
  if (/^SELECT\b/i.test(text)) return 'query';
  if (/^PRINT\b/i.test(text)) return 'print';
  if (/^(SET|UNSET|DEFINE|UNDEFINE)\b/i.test(text) || /^(SHOW|LIST)\s+VARIABLES\b/i.test(text))
    return 'session';
  return 'server';
}

/** The statement from its first word on. */
function withoutComments(statement: string): string {
  return statement.replace(/^(\s|--[^\n]*(\n|$)|\/\*[\s\S]*?\*\/)+/, '');
}

const unquote = (text: string | undefined): string => (text ?? '').replaceAll("''", "'");
