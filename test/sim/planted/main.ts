/**
 * `npm run sim:planted [-- text...]`: plants each bug of the table (whose name, kind or file contains one of the texts) and runs seeds of
 * the cluster simulation until one finds it: the one on record in `found.json` first, then those of `--seeds`: 1 to 500, or 20 for 1 to 20, or 7,3,40-60. Prints
 * by which seed and checker each was found, and fails when one was not.
 *
 * `--jobs 2` searches for so many at once, `--share 5` takes every fifth bug, always the same, and `--share 2/5` the second
 * fifth, `--recorded` those that are on record (of them the share is taken), `--missing` those that are not; `--anew` passes over the record, `--record` writes it, `--verbose` prints what each seed failed with.
 */
import { parseArgs } from 'node:util';
import { readFindings, writeFindings } from './findings.ts';
import { search, type SearchResult, SoundSeeds } from './search.ts';
import type { SimulatedBug } from './simulated-bug.ts';
import { SIMULATED_BUGS } from './table.ts';

const { values, positionals } = parseArgs({
  options: {
    seeds: { type: 'string', default: '500' },
    jobs: { type: 'string', default: '1' },
    share: { type: 'string', default: '1' },
    anew: { type: 'boolean', default: false },
    missing: { type: 'boolean', default: false },
    recorded: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const [, which, of] = /^(?:(\d+)\/)?([1-9]\d*)$/.exec(values.share) ?? [];
const [share, every] = [Number(which ?? 1), Number(of)];
if (!(share >= 1 && share <= every)) throw new Error(`--share ${values.share}: 3, or 2/3`);
const wanted = positionals.length === 0 ? [''] : positionals;
const findings = new Map(readFindings());
const chosen = SIMULATED_BUGS.filter(
  ({ kind, name, file }) =>
    [kind, name, file].some((text) => wanted.some((each) => text.includes(each))) &&
    !(values.missing && findings.has(name)) &&
    !(values.recorded && !findings.has(name)),
).filter((_, index) => index % every === share - 1);
const given = seedsIn(values.seeds);
const sound = new SoundSeeds();
const results: SearchResult[] = [];

/** The seeds to try: the one on record, then all from 1 on. */
function* seedsFor({ name }: SimulatedBug): Generator<number, void, undefined> {
  const known = values.anew ? undefined : findings.get(name)?.seed;
  if (known !== undefined) yield known;
  for (const seed of given) if (seed !== known) yield seed;
}

/** The seeds that a text names, in its order. */
function seedsIn(text: string): readonly number[] {
  const parts = /^\d+$/.test(text) ? [`1-${text}`] : text.split(',');
  return parts.flatMap((part) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    if (first === undefined) throw new Error(`--seeds ${text}: 20, or 7,3,40-60`);
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index);
  });
}

function report({ bug, finding, failure, tried, seconds }: SearchResult): void {
  const known = findings.get(bug.name);
  const moved =
    finding !== undefined && known !== undefined && known.seed !== finding.seed ? ` (was ${known.seed})` : '';
  const found = finding === undefined ? `NOT FOUND in ${tried} seeds` : `seed ${finding.seed}${moved}`;
  const columns = [
    bug.kind.padEnd(12),
    found.padEnd(24),
    (finding?.checker ?? '').padEnd(20),
    `${seconds.toFixed(0).padStart(4)} s`,
    bug.name,
  ];
  console.log(columns.join('  '));
  if (values.verbose && failure !== undefined)
    console.log(`    ${failure.split('\n').slice(0, 12).join('\n    ')}`);
}

/** Searches for bugs one after the other until none is left to begin. */
async function work(rest: Iterator<SimulatedBug>): Promise<void> {
  for (let next = rest.next(); next.done !== true; next = rest.next()) {
    const result = await search(next.value, seedsFor(next.value), sound);
    report(result);
    results.push(result);
    if (!values.record || result.finding === undefined) continue;
    findings.set(result.bug.name, result.finding);
    writeFindings(
      findings,
      SIMULATED_BUGS.map(({ name }) => name),
    );
  }
}

const rest = chosen.values();
await Promise.all(Array.from({ length: Number(values.jobs) }, () => work(rest)));
await sound.close();
const found = results.filter(({ finding }) => finding !== undefined).length;
console.log(`${found} of ${chosen.length} planted bugs found`);
process.exitCode = found === chosen.length && found > 0 ? 0 : 1;
