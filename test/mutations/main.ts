/**
 * `npm run mutations [-- text]`: plants each bug of the table (whose name or file contains the text) and runs the suite
 * that has to notice it. `--share 5` takes about every fifth one, and `--share 2/5` the second fifth: by their names, so that one
 * that is added moves no other. Fails when one is not noticed; of the whole table, when fewer are than `floor.json` says, which
 * only rises. What is not noticed is written down for `scripts/ci.mjs`, as `scripts/ci-reporter.mjs` does.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Mutation, Outcome } from './mutation.ts';
import { MUTATIONS } from './table.ts';

const MINUTES_MAX = 3;

/** The process that plants the bugs and runs their suites: one for many, until a bug makes it hang. */
class Planter {
  readonly #folder: string;
  #runner: { readonly process: ChildProcess; readonly ended: Promise<undefined> } | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async outcomeOf(mutation: Mutation): Promise<Outcome> {
    const { process: suites, ended } = (this.#runner ??= await this.#start());
    suites.send(mutation.name);
    const limit = setTimeout(() => suites.kill('SIGKILL'), MINUTES_MAX * 60_000);
    const [outcome] = (await Promise.race([once(suites, 'message') as Promise<[Outcome]>, ended])) ?? [];
    clearTimeout(limit);
    if (outcome !== undefined) return outcome;
    this.#runner = undefined;
    // A bug that makes a suite wait for ever is noticed by whoever waits; it counts, and is told apart.
    return suites.signalCode === 'SIGKILL' ? 'hung' : 'did not load';
  }

  async close(): Promise<void> {
    this.#runner?.process.disconnect();
    await this.#runner?.ended;
  }

  async #start() {
    const suites = fork(path.join(import.meta.dirname, 'suite-runner.ts'), {
      env: { ...process.env, TMPDIR: this.#folder },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const ended = once(suites, 'exit').then(() => undefined);
    await Promise.race([once(suites, 'message'), ended]);
    if (!suites.connected) throw new Error('the test runner does not start');
    return { process: suites, ended };
  }
}

const { values, positionals } = parseArgs({
  options: { share: { type: 'string', default: '1' } },
  allowPositionals: true,
});
const [, which, of] = /^(?:(\d+)\/)?([1-9]\d*)$/.exec(values.share) ?? [];
const [share, every] = [Number(which ?? 1), Number(of)];
if (!(share >= 1 && share <= every)) throw new Error(`--share ${values.share}: 3, or 2/3`);
const [wanted = ''] = positionals;
const shareOf = (name: string): number =>
  (createHash('sha256').update(name).digest().readUInt32BE() % every) + 1;
const chosen = MUTATIONS.filter(
  ({ name, file }) => shareOf(name) === share && (name.includes(wanted) || file.includes(wanted)),
);
const folder = mkdtempSync(path.join(tmpdir(), 'millrace-mutations-'));
let noticed = 0;

/** For the closing lines of a run of all checks, of which nothing else may be kept. */
function note({ file, name: test }: Mutation, message: Outcome): void {
  const notes = process.env['MILLRACE_CI_NOTES'];
  if (notes !== undefined)
    appendFileSync(notes, `${JSON.stringify({ kind: 'failed', file, test, message })}\n`);
}

/** Runs mutations one after the other until none is left to begin; as many of these loops run as there are cores. */
async function work(rest: Iterator<Mutation>): Promise<void> {
  const planter = new Planter(folder);
  for (let next = rest.next(); next.done !== true; next = rest.next()) {
    const mutation = next.value;
    const startedMs = Date.now();
    const outcome = await planter.outcomeOf(mutation);
    if (outcome === 'noticed' || outcome === 'hung') noticed += 1;
    else note(mutation, outcome);
    const seconds = ((Date.now() - startedMs) / 1000).toFixed(0).padStart(4);
    console.log(`${outcome.padEnd(12)} ${seconds} s  ${mutation.file}: ${mutation.name}`);
  }
  await planter.close();
}

const rest = chosen.values();
await Promise.all(Array.from({ length: availableParallelism() }, () => work(rest)));
rmSync(folder, { recursive: true, force: true });

const { floor } = JSON.parse(readFileSync(path.join(import.meta.dirname, 'floor.json'), 'utf8')) as {
  readonly floor: number;
};
const isWhole = chosen.length === MUTATIONS.length;
const bound = isWhole ? floor : chosen.length;
console.log(`${noticed} of ${chosen.length} planted bugs noticed; at least ${bound} must be`);
process.exitCode = noticed >= bound && chosen.length > 0 ? 0 : 1;
