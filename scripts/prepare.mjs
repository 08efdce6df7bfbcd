// What `npm start` and `npm test` share: bring a fresh clone to the point where it can run, and do nothing when it is
// there already. Plain JavaScript on Node's own modules, because nothing is installed yet when this runs.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { firstMissingPackage } from './installed-packages.mjs';
import { runningPrograms } from './running-programs.mjs';
import { releaseLock, takeLock } from './step-lock.mjs';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const INSTALL_STAMP = path.join(root, 'node_modules', '.millrace-installed');
const BUILD_STAMP = path.join(root, 'dist', '.millrace-built');
const BUILD_LOCK = path.join(root, 'dist', '.building');
/** Beside the packages, which npm takes away first. */
const INSTALL_LOCK = path.join(root, 'dist', '.installing');
const LOCK_POLL_MS = 200;
const COUNTER_MS = 1_000;
const PROGRESS_LINE_MS = 10_000;
const SOURCE_FOLDERS = ['src', 'grammar', 'broker', 'cli', 'examples', 'bench'];

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Millrace needs Node 20.19 or later; this is ${process.version}.`);
  process.exit(1);
}

/** Brings a clone to the point where it can run, or ends the process. */
export async function prepare() {
  await install();
  if (!(await build())) process.exit(1);
}

/** Installs what npm-shrinkwrap.json names, unless that has been done. Ends the process when it cannot be. */
export async function install() {
  requireNode();
  const hash = createHash('sha256');
  for (const name of ['package.json', 'npm-shrinkwrap.json'])
    hash.update(readFileSync(path.join(root, name)));
  const wanted = hash.digest('hex');
  while (!isInstalled(wanted)) {
    if (!takeLock(INSTALL_LOCK)) {
      await pause();
      continue;
    }
    try {
      // Another process may have done it meanwhile, or a person, with npm.
      if (isInstalled(wanted)) return;
      if (firstMissingPackage(root) !== undefined && !(await installPackages())) process.exit(1);
      writeFileSync(INSTALL_STAMP, wanted);
    } finally {
      releaseLock(INSTALL_LOCK);
    }
  }
}

function isInstalled(wanted) {
  return existsSync(INSTALL_STAMP) && readFileSync(INSTALL_STAMP, 'utf8') === wanted;
}

const pause = () => new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));

/** Answers whether it was done. npm takes the packages away before it puts new ones there: not from under what runs on them. */
async function installPackages() {
  const running = existsSync(path.join(root, 'node_modules')) ? runningPrograms(root) : [];
  if (running.length > 0) {
    console.error(
      'Packages are to be installed anew (package.json has changed, or one is missing), but these run on them:',
    );
    for (const { pid, command } of running) console.error(`  ${pid}  node ${command}`);
    console.error('Stop them (kill PID), then try again.');
    return false;
  }
  return runStep('Installing packages (the first time, or package.json has changed)', 'npm', [
    'ci',
    // Bindings come built. An install script that fails would take an optional one away without a word.
    '--ignore-scripts',
    // .npmrc keeps everyday installs from writing a lock file.
    '--package-lock',
    '--include=dev',
    '--no-audit',
    '--no-fund',
    '--no-progress',
    '--loglevel=error',
  ]);
}

/**
 * Compiles what is newer than dist/, once where several processes ask for it. Answers whether it compiles; what has errors is
 * written all the same.
 */
export async function build() {
  for (;;) {
    const newest = newestSource();
    if (existsSync(BUILD_STAMP) && Number(readFileSync(BUILD_STAMP, 'utf8')) >= newest) return true;
    if (!takeLock(BUILD_LOCK)) {
      await pause();
      continue;
    }
    try {
      const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
      if (!(await runStep('Building', process.execPath, [tsc, '-p', 'tsconfig.build.json']))) return false;
      writeFileSync(BUILD_STAMP, String(newest));
    } finally {
      releaseLock(BUILD_LOCK);
    }
  }
}

function newestSource() {
  const configs = ['tsconfig.json', 'tsconfig.build.json', 'package.json'];
  return Math.max(
    ...SOURCE_FOLDERS.map((folder) => newestChange(path.join(root, folder))),
    ...configs.map((name) => statSync(path.join(root, name)).mtimeMs),
  );
}

/**
 * Runs a command to its end and shows on stderr that it is going on: a counter in a terminal, a line now and then elsewhere.
 * What the command prints is shown when it has ended. Answers whether it succeeded.
 */
function runStep(title, command, args) {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const { isTTY } = process.stderr;
  process.stderr.write(isTTY ? `${title} ...` : `${title} ...\n`);
  const timer = setInterval(
    () => process.stderr.write(isTTY ? `\r${title} ... ${seconds()} s` : `  ... ${seconds()} s\n`),
    isTTY ? COUNTER_MS : PROGRESS_LINE_MS,
  );
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += chunk));
    const end = (success, text) => {
      clearInterval(timer);
      process.stderr.write(
        `${isTTY ? `\r${title}` : '  '} ... ${success ? 'done' : 'failed'} after ${seconds()} s\n`,
      );
      if (text !== '') process.stderr.write(`${text.trimEnd()}\n`);
      resolve(success);
    };
    child.on('error', (error) => end(false, `cannot run ${command}: ${error.message}`));
    child.on('close', (code) => end(code === 0, printed));
  });
}

/** Hands this process over to a command: its streams, its signals, its status. */
export function become(command, args) {
  const child = spawn(command, args, { cwd: process.cwd(), stdio: 'inherit' });
  // The terminal sends Ctrl-C to both; the child decides what it means. A signal sent to us alone is passed on.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}

function newestChange(folder) {
  if (!existsSync(folder)) return 0;
  let newest = statSync(folder).mtimeMs;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'results' || entry.name === '.cache') continue;
    const file = path.join(folder, entry.name);
    newest = Math.max(newest, entry.isDirectory() ? newestChange(file) : statSync(file).mtimeMs);
  }
  return newest;
}
