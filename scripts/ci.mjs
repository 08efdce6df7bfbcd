// The work behind .ci/run: each step in turn, its tests counted, one closing line.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { root } from './prepare.mjs';

let passed = 0;
let failed = 0;
let skipped = 0;
const failures = [];
/** Tests that passed only when they were tried again: each of them is a defect that has not been looked at. */
const flaky = [];

/** The current ones, and the oldest that package.json names: the fast tests run on each of them. */
const NODES = ['24', '22', '20.19'];

/** Runs one step; a step without a test report counts as one test. */
function step(name, command, args, { report, env = {}, minutes = 15 } = {}) {
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
  const counts =
    report !== undefined && existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
  if (counts === undefined) {
    if (status === 0) passed += 1;
    else failed += 1;
  } else {
    passed += counts.numPassedTests;
    failed += counts.numFailedTests;
    skipped += counts.numPendingTests;
    // A run that failed without a failed test (a file that does not load, an unhandled error) is a failure too.
    if (status !== 0 && counts.numFailedTests === 0) failed += 1;
  }
  if (status !== 0) failures.push(name);
  console.log(
    `== ${name}: ${status === 0 ? 'ok' : `failed (${error?.message ?? `status ${status}`})`}, ${seconds} s`,
  );
}

/**
 * A step whose command hands its arguments to the test runner. A test that fails is tried once more: the machine is shared,
 * and a run over 2,700 tests with real processes should end on a defect, not on a stall.
 */
function testStep(name, command, args, options = {}) {
  const report = path.join(tmpdir(), `millrace-ci-${process.pid}-${name.replaceAll(/\W+/g, '-')}.json`);
  const retried = `${report}.flaky`;
  const reporting = ['default', 'json', path.join(root, 'scripts', 'flaky-reporter.mjs')];
  const flags = [
    '--retry=1',
    ...reporting.map((each) => `--reporter=${each}`),
    `--outputFile.json=${report}`,
  ];
  const env = { ...options.env, MILLRACE_FLAKY_TESTS: retried };
  step(name, command, [...args, ...flags], { ...options, env, report });
  if (existsSync(retried)) {
    const names = readFileSync(retried, 'utf8').trim().split('\n');
    flaky.push(...names.map((test) => `${name}: ${test}`));
  }
  rmSync(report, { force: true });
  rmSync(retried, { force: true });
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
  'test/package-install.slow.test.ts',
];

/** An install that insists on the engines of all packages, and the fast tests, on one Node. */
function onNode(version) {
  const env = { PATH: `${installNode(version)}${path.delimiter}${process.env.PATH}` };
  const strict = ['--package-lock', '--include=dev', '--engine-strict', '--dry-run', '--ignore-scripts'];
  step(`npm ci on node ${version}`, 'npm', ['ci', ...strict, '--loglevel=error'], { env });
  testStep(`npm test on node ${version}`, 'npm', ['test', '--'], { env, minutes: 15 });
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
for (const version of NODES) onNode(version);
step('types', 'npm', ['run', '--silent', 'typecheck']);
step('lint', 'npm', ['run', '--silent', 'lint']);
step('format', 'npm', ['run', '--silent', 'format:check']);
needCommands(['kcat']);
testStep('slow tests', 'npm', ['run', '--silent', 'test:slow', '--', ...SLOW_SHARE], { minutes: 25 });
// A third of the planted bugs, always the same; `npm run mutations` plants all of them.
step('planted bugs', 'npm', ['run', '--silent', 'mutations', '--', '--share', '3'], { minutes: 12 });
step('simulation', 'npm', ['run', '--silent', 'sim'], { env: { SIM_SEEDS: '50' }, minutes: 10 });

if (flaky.length > 0) console.log(`\npassed only at the second attempt:\n  ${flaky.join('\n  ')}`);
console.log(failures.length === 0 ? '\nall steps passed' : `\nfailed: ${failures.join(', ')}`);
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(failed === 0 && failures.length === 0 ? 0 : 1);
