// The work behind .ci/run: each step in turn, its tests counted, one closing line.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { root } from './prepare.mjs';

const total = { passed: 0, failed: 0, skipped: 0 };
const failedSteps = [];
/** What failed, each as `step: file: test` with its message. */
const failedTests = [];
/** Tests that passed only when they were tried again: each of them is a defect that has not been looked at. */
const flaky = [];

/**
 * Which of `parts` equal parts is this commit's turn, such as 2/8: each commit runs one of them, always the same one, and those
 * that follow each other run all of them in time.
 */
function turnOf(parts) {
  const { stdout, status } = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' });
  const commit = status === 0 ? Number.parseInt(stdout.slice(0, 8), 16) : 0;
  return `${(commit % parts) + 1}/${parts}`;
}

/**
 * The current ones, and the oldest that package.json names. All fast tests run on the first of them; of those that can depend
 * on the Node (`one-node.mjs`) a quarter run on the oldest, and an eighth on the one between, which has what both have.
 */
const NODES = [
  { version: '24' },
  { version: '22', tests: 'of-every-node', share: turnOf(8) },
  { version: '20.19', tests: 'of-every-node', share: turnOf(4) },
];

/** More failed files than that are no stall. */
const TRIED_AGAIN_MAX = 8;

/** Runs a command and tells how it went; without a test report it counts as one test. */
function run(name, command, args, { report, env = {}, minutes = 15 } = {}) {
  console.log(`\n== ${name}`);
  const started = Date.now();
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
    timeout: minutes * 60_000,
    killSignal: 'SIGKILL',
  });
  const seconds = ((Date.now() - started) / 1000).toFixed(0);
  const ok = status === 0;
  console.log(`== ${name}: ${ok ? 'ok' : `failed (${error?.message ?? `status ${status}`})`}, ${seconds} s`);
  if (report === undefined || !existsSync(report))
    return { ok, passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
  const counts = JSON.parse(readFileSync(report, 'utf8'));
  rmSync(report);
  // A run that failed without a failed test (a file that does not load, an unhandled error) is a failure too.
  const failed = Math.max(counts.numFailedTests, ok ? 0 : 1);
  return { ok, passed: counts.numPassedTests, failed, skipped: counts.numPendingTests };
}

function count(name, { ok, passed, failed, skipped }) {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  if (!ok) failedSteps.push(name);
}

const step = (name, command, args, options) => count(name, run(name, command, args, options));

/** Where what a step notes goes. */
const fileOfNotes = (name) =>
  path.join(tmpdir(), `millrace-ci-${process.pid}-${name.replaceAll(/\W+/g, '-')}.notes`);

/** A step that writes down itself what has failed. */
function notingStep(name, command, args, options) {
  const notes = fileOfNotes(name);
  step(name, command, args, { ...options, env: { MILLRACE_CI_NOTES: notes } });
  for (const note of takeNotes(notes)) failedTests.push(textOf(name, note));
}

/** What the reporter has written down, and the file is gone. */
function takeNotes(file) {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  rmSync(file);
  return lines.map((line) => JSON.parse(line));
}

/** An entry of a note, as the end of the run shows it. */
function textOf(stepName, { kind, file, test, message }) {
  const where = [file, test].filter((each) => each !== undefined).join(': ');
  const what = message === undefined ? '' : `\n    ${message.replaceAll('\n', '\n    ')}`;
  return `${stepName}: ${where === '' ? kind : where}${what}`;
}

/**
 * A step whose command hands its arguments to the test runner. What fails is tried once more, a test at once, and then its
 * file with nothing beside it: the machine is shared, and a run over thousands of tests with real processes should end on a
 * defect, not on a stall. What passed only then is listed. A process that fell is no stall, and is not tried again.
 * `share`, such as 1/3, is the share of the files that the first attempt runs.
 */
function testStep(name, command, args, { share, ...options } = {}) {
  const notes = fileOfNotes(name);
  const report = `${notes}.json`;
  const reporting = ['default', 'json', path.join(root, 'scripts', 'ci-reporter.mjs')];
  const flags = [...reporting.map((each) => `--reporter=${each}`), `--outputFile.json=${report}`];
  const env = { ...options.env, MILLRACE_CI_NOTES: notes };
  const attempt = (title, extra) => {
    const result = run(title, command, [...args, ...flags, ...extra], { ...options, env, report });
    return { ...result, notes: takeNotes(notes) };
  };
  const shard = share === undefined ? [] : [`--shard=${share}`];
  const first = attempt(name, ['--retry=1', ...shard]);
  const defects = first.notes.filter(({ kind }) => kind !== 'flaky');
  const files = new Set(defects.map(({ file }) => file));
  const isStall = defects.every(({ kind }) => kind === 'failed' || kind === 'file');
  const canTryAgain = !first.ok && isStall && files.size > 0 && files.size <= TRIED_AGAIN_MAX;
  const again = canTryAgain ? attempt(`${name}, once more`, ['--no-file-parallelism', ...files]) : first;
  const mended = !first.ok && again.ok;
  count(name, mended ? { ...first, ok: true, passed: first.passed + first.failed, failed: 0 } : first);
  for (const note of first.notes) {
    (note.kind === 'flaky' || mended ? flaky : failedTests).push(textOf(name, note));
  }
}

/** Installs a Node of its own, from the npm package of that name, once per machine. Answers the folder of its command. */
function installNode(version) {
  const cache = process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache');
  const folder = path.join(cache, 'millrace-ci', `node-${version}`);
  const flags = ['--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error'];
  step(`node ${version}`, 'npm', ['install', ...flags, `node@${version}`]);
  return path.join(folder, 'node_modules', 'node', 'bin');
}

/** The fixed share of the slow suites; `npm run test:slow` runs all of them. */
const SLOW_SHARE = [
  'test/broker/log/dump-log-segments.slow.test.ts',
  'test/broker/many-topics.slow.test.ts',
  'test/broker/metadata/dump-metadata-log.slow.test.ts',
  'test/compat/java-tools.slow.test.ts',
  'test/compat/kill.slow.test.ts',
  'test/e2e/cluster-kill.slow.test.ts',
  'test/e2e/full-disk.slow.test.ts',
  'test/e2e/sql-corpus-kill.slow.test.ts',
  'test/package-install.slow.test.ts',
];

/** An install that insists on the engines of all packages, and fast tests, on one Node. */
function onNode({ version, tests = 'all', share }) {
  const env = { PATH: `${installNode(version)}${path.delimiter}${process.env.PATH}` };
  const strict = ['--package-lock', '--include=dev', '--engine-strict', '--dry-run', '--ignore-scripts'];
  step(`npm ci on node ${version}`, 'npm', ['ci', ...strict, '--loglevel=error'], { env });
  const own = { ...env, MILLRACE_TESTS: tests };
  testStep(`npm test on node ${version}`, 'npm', ['test', '--'], { env: own, share, minutes: 20 });
}

/** Installs Debian packages that a suite needs and this machine lacks; the suite itself says so if that fails. */
function needCommands(packages) {
  const missing = packages.filter((name) => spawnSync('which', [name]).status !== 0);
  if (missing.length === 0) return;
  console.log(`\n== installing ${missing.join(', ')}`);
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit' });
  spawnSync('apt-get', ['install', '-y', '-qq', ...missing], { stdio: ['ignore', 'ignore', 'inherit'] });
}

step('install and build', process.execPath, [path.join(root, 'scripts', 'millrace.mjs'), '--version']);
step('lock', 'npm', ['run', '--silent', 'lock', '--', '--check']);
for (const node of NODES) onNode(node);
step('types', 'npm', ['run', '--silent', 'typecheck']);
step('lint', 'npm', ['run', '--silent', 'lint']);
step('format', 'npm', ['run', '--silent', 'format:check']);
needCommands(['kcat']);
testStep('slow tests', 'npm', ['run', '--silent', 'test:slow', '--', ...SLOW_SHARE], { minutes: 25 });
// About one in twenty-four of the planted bugs, always the same; `npm run mutations` plants all of them.
notingStep('planted bugs', 'npm', ['run', '--silent', 'mutations', '--', '--share', '24'], { minutes: 18 });
step('simulation', 'npm', ['run', '--silent', 'sim'], { env: { SIM_SEEDS: '300' }, minutes: 15 });
// A third of the bugs that are on record as found by the simulation; `npm run sim:planted` searches for all.
const known = ['--recorded', '--share', '3', '--seeds', '8', '--jobs', '2'];
step('planted bugs of the simulation', 'npm', ['run', '--silent', 'sim:planted', '--', ...known], {
  minutes: 8,
});
step('simulation of streams', 'npm', ['run', '--silent', 'sim:streams'], {
  env: { SIM_SEEDS: '10' },
  minutes: 5,
});
step('random runs of streams', 'npm', ['run', '--silent', 'streams:random', '--', '40'], { minutes: 5 });

if (flaky.length > 0) console.log(`\npassed only at the second attempt:\n  ${flaky.join('\n  ')}`);
if (failedTests.length > 0) console.log(`\nfailed tests:\n  ${failedTests.join('\n  ')}`);
console.log(failedSteps.length === 0 ? '\nall steps passed' : `\nfailed: ${failedSteps.join(', ')}`);
const { passed, failed, skipped } = total;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(failed === 0 && failedSteps.length === 0 ? 0 : 1);
