import { startPlatform, post, type TestPlatform } from '../../server/platform.ts';
import type { Random } from '../../sql/random/random.ts';
import { Millrace } from '../millrace-process.ts';
import { another, corpus, undoing } from './corpus.ts';
import { KilledPlatform } from './killed-platform.ts';
import { type Service, type Shape, shapeOf } from './service-shape.ts';

export interface KillCounts {
  statements: number;
  refused: number;
  kills: number;
  /** Of those, the ones while a statement was under way; and where it was there afterwards. */
  underWay: number;
  underWayDone: number;
  duringStart: number;
}

export interface KillRun {
  readonly counts: KillCounts;
  readonly faults: readonly string[];
}

export interface KillRunOptions {
  readonly random: Random;
  /** Ends behind so many, or when the time is over. */
  readonly statementsMax: number;
  readonly minutesMax: number;
  readonly onProgress?: (counts: KillCounts, fault: string | undefined) => void;
}

/** A service lives so long; the next one is on an empty folder. */
const STATEMENTS_OF_LIFE = 80;
const STATEMENTS_BETWEEN_KILLS_MAX = 16;
/** Longer than a statement takes, mostly. */
const UNDER_WAY_MS_MAX = 60;
const START_MS_MAX = 2500;

/**
 * Gives a server process the statements of the corpus, and kills it after some of them, while some are under way and while it
 * starts; a second server that is never killed is given the same. What was answered is there after each start, what was
 * refused is not, and what was under way is there whole or not at all.
 */
export async function runKills({
  random,
  statementsMax,
  minutesMax,
  onProgress,
}: KillRunOptions): Promise<KillRun> {
  const counts: KillCounts = {
    statements: 0,
    refused: 0,
    kills: 0,
    underWay: 0,
    underWayDone: 0,
    duringStart: 0,
  };
  const faults: string[] = [];
  const scripts = corpus();
  const deadline = performance.now() + minutesMax * 60_000;
  const isOver = (): boolean => counts.statements >= statementsMax || performance.now() > deadline;
  while (!isOver()) {
    const life = new Life(random, counts, isOver);
    const fault = await life.run(scripts);
    if (fault !== undefined) faults.push(fault);
    onProgress?.(counts, fault);
  }
  return { counts, faults };
}

/** A difference; the service is not followed any further. */
class Fault extends Error {}

/** One service from its beginning to its end, and the twin that is never killed. */
class Life {
  readonly #random: Random;
  readonly #counts: KillCounts;
  readonly #isOver: () => boolean;
  readonly #said: string[] = [];
  /** Sources into which rows were inserted, and no query has written. */
  readonly #inserted = new Set<string>();
  readonly #written = new Set<string>();

  constructor(random: Random, counts: KillCounts, isOver: () => boolean) {
    this.#random = random;
    this.#counts = counts;
    this.#isOver = isOver;
  }

  /** @returns what was wrong, and the statements that led to it. */
  async run(scripts: readonly (readonly string[])[]): Promise<string | undefined> {
    const millrace = new Millrace();
    const twin = await startPlatform();
    try {
      await this.#live(scripts, await KilledPlatform.start(millrace), twin);
      return undefined;
    } catch (error) {
      return `${this.#said.join('\n')}\n${error instanceof Fault ? error.message : String(error)}`;
    } finally {
      await twin.close();
      await millrace.close();
    }
  }

  async #live(
    scripts: readonly (readonly string[])[],
    killed: KilledPlatform,
    twin: TestPlatform,
  ): Promise<void> {
    const until = this.#counts.statements + STATEMENTS_OF_LIFE;
    let rest = this.#nextKill();
    while (this.#counts.statements < until && !this.#isOver()) {
      const script = this.#random.of(scripts);
      const shape = await this.#shape(twin);
      const statements = script.flatMap((statement) =>
        this.#random.chance(0.3) ? [statement, another(script, shape, this.#random)] : [statement],
      );
      if (this.#random.chance(0.7)) statements.push(...undoing(await this.#shape(twin)));
      for (const statement of statements) {
        this.#counts.statements += 1;
        rest -= 1;
        if (rest > 0) {
          await this.#both(statement, killed, twin);
          continue;
        }
        rest = this.#nextKill();
        await this.#kill(statement, killed, twin);
      }
    }
  }

  #nextKill(): number {
    return 1 + this.#random.below(STATEMENTS_BETWEEN_KILLS_MAX);
  }

  #shape(service: Service): Promise<Shape> {
    return shapeOf(service, this.#inserted);
  }

  /** Both servers answer alike. */
  async #both(statement: string, killed: Service, twin: Service): Promise<void> {
    this.#note(statement);
    const [got, wanted] = [await statusOf(killed, statement), await statusOf(twin, statement)];
    this.#said.push(`${got} ${statement}`);
    if (got !== wanted) throw new Fault(`the server answers ${got}, one that was never killed ${wanted}`);
    if (got >= 500) throw new Fault('no mistake of a user is a 500');
    if (got !== 200) this.#counts.refused += 1;
  }

  async #kill(statement: string, killed: KilledPlatform, twin: TestPlatform): Promise<void> {
    this.#counts.kills += 1;
    if (this.#random.chance(0.5)) {
      await this.#both(statement, killed, twin);
      const before = await this.#shape(killed);
      await killed.kill();
      await this.#start(killed);
      const after = await this.#shape(killed);
      compare(after.whole, before.whole, 'before it was killed');
      compare(after.text, (await this.#shape(twin)).text, 'of a server that was never killed');
      return;
    }
    await this.#killUnderWay(statement, killed, twin);
  }

  async #killUnderWay(statement: string, killed: KilledPlatform, twin: TestPlatform): Promise<void> {
    this.#note(statement);
    this.#counts.underWay += 1;
    const without = await this.#shape(twin);
    const status = await killed.killDuring(statement, this.#random.below(UNDER_WAY_MS_MAX));
    const twinStatus = await statusOf(twin, statement);
    const withIt = await this.#shape(twin);
    this.#said.push(`${status ?? 'killed'} ${statement}`);
    await this.#start(killed);
    const after = await this.#shape(killed);
    if (status !== undefined) {
      if (status !== twinStatus) throw new Fault(`the server answered ${status}, the other ${twinStatus}`);
      compare(after.text, withIt.text, `of a server that was never killed, after the answer ${status}`);
      return;
    }
    if (after.text === withIt.text) {
      this.#counts.underWayDone += 1;
      return;
    }
    compare(after.text, without.text, 'of a server that was never given the statement that was under way');
    const again = await statusOf(killed, statement);
    this.#said.push(`${again} ${statement} -- again`);
    if (again !== twinStatus) throw new Fault(`given again it is answered ${again}, not ${twinStatus}`);
    compare((await this.#shape(killed)).text, withIt.text, 'of a server that was never killed');
  }

  async #start(killed: KilledPlatform): Promise<void> {
    while (this.#random.chance(0.15)) {
      this.#counts.duringStart += 1;
      await killed.killDuringStart(this.#random.below(START_MS_MAX));
    }
    await killed.start();
    this.#said.push('-- killed and started');
  }

  /** Rows are counted where only INSERT ... VALUES wrote: what a query has written by now is another matter. */
  #note(statement: string): void {
    const [, into] = /^\s*INSERT\s+INTO\s+(\w+)/i.exec(statement) ?? [];
    if (into === undefined) return;
    const name = into.toUpperCase();
    if (!/\bVALUES\b/i.test(statement)) this.#written.add(name);
    if (this.#written.has(name)) this.#inserted.delete(name);
    else this.#inserted.add(name);
  }
}

async function statusOf({ url }: Service, ksql: string): Promise<number> {
  return (await post(`${url}/ksql`, { ksql })).status;
}

function compare(got: string, wanted: string, which: string): void {
  if (got === wanted) return;
  let at = 0;
  while (got[at] === wanted[at]) at += 1;
  const around = (text: string): string => text.slice(Math.max(0, at - 300), at + 300);
  throw new Fault(`after the start:\n  ${around(got)}\n${which}:\n  ${around(wanted)}`);
}
