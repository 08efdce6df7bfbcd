// The work behind .ci/run: each step in turn, its tests counted, one closing line.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from './prepare.mjs';

let passed = 0;
let failed = 0;
let skipped = 0;
const failures = [];

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
  const reporting = ['--retry=1', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  step(name, command, [...args, ...reporting], { ...options, report });
  rmSync(report, { force: true });
}

/** Installs Debian packages that a suite needs and this machine lacks; the suite itself says so if that fails. */
function needCommands(packages) {
  const missing = packages.filter((name) => spawnSync('which', [name]).status !== 0);
  if (missing.length === 0) return;
  console.log(`\n== installing ${missing.join(', ')}`);
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit' });
  spawnSync('apt-get', ['install', '-y', '-qq', ...missing], { stdio: ['ignore', 'ignore', 'inherit'] });
}

testStep('npm test', 'npm', ['test', '--']);
step('types', 'npm', ['run', '--silent', 'typecheck']);
step('lint', 'npm', ['run', '--silent', 'lint']);
step('format', 'npm', ['run', '--silent', 'format:check']);
needCommands(['kcat']);
testStep('slow tests', 'npm', ['run', '--silent', 'test:slow', '--'], { minutes: 25 });
step('simulation', 'npm', ['run', '--silent', 'sim'], { env: { SIM_SEEDS: '50' }, minutes: 10 });

console.log(failures.length === 0 ? '\nall steps passed' : `\nfailed: ${failures.join(', ')}`);
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(failed === 0 && failures.length === 0 ? 0 : 1);
