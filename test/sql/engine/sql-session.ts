import { firstValueFrom, take, toArray } from 'rxjs';
import { builtInRegistry } from '../../../src/sql/functions/built-in.ts';
import { type KafkaHost, SqlEngine, type StatementResult } from '../../../src/sql/index.ts';
import { emptySession, type Session } from '../../../src/sql/statements/session.ts';

/** An engine on a host, and what somebody at a shell does with it. */
export class SqlSession {
  readonly engine: SqlEngine;
  readonly #host: KafkaHost;
  session: Session = { ...emptySession, properties: { 'auto.offset.reset': 'earliest' } };

  constructor(host: KafkaHost) {
    this.#host = host;
    this.engine = new SqlEngine({ host, functions: builtInRegistry() });
  }

  async run(script: string): Promise<readonly StatementResult[]> {
    const results: StatementResult[] = [];
    for (const prepared of await this.engine.prepare(script, this.session)) {
      results.push(await this.engine.execute(prepared));
    }
    return results;
  }

  /** The first rows of a push query. */
  async push(select: string, rows: number): Promise<readonly unknown[]> {
    const [prepared] = await this.engine.prepare(select, this.session);
    if (prepared === undefined) throw new Error('no statement');
    const query = await this.engine.query(prepared);
    if (query.kind !== 'push') throw new Error('not a push query');
    const found = await firstValueFrom(query.rows$.pipe(take(rows), toArray()));
    await query.close();
    return found.map(({ columns, tombstone }) => (tombstone === true ? 'tombstone' : columns));
  }

  async pull(select: string): Promise<readonly unknown[]> {
    const [prepared] = await this.engine.prepare(select, this.session);
    if (prepared === undefined) throw new Error('no statement');
    const result = await this.engine.query(prepared);
    if (result.kind !== 'pull') throw new Error('not a pull query');
    const rows: unknown[] = [];
    for await (const page of result.rows) rows.push(...page);
    return rows;
  }

  async close(): Promise<void> {
    await this.engine.close();
    await this.#host.close();
  }
}
