// What `npm start` and `npm test` share: bring a fresh clone to the point where it can run, and do nothing when it is
// there already. Plain JavaScript on Node's own modules, because nothing is installed yet when this runs.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const INSTALL_STAMP = path.join(root, 'node_modules', '.millrace-installed');
const BUILD_STAMP = path.join(root, 'dist', '.millrace-built');
const SOURCE_FOLDERS = ['src', 'grammar', 'broker', 'cli', 'examples', 'bench'];

export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Millrace needs Node 20.19 or later; this is ${process.version}.`);
  process.exit(1);
}

export function install() {
  const wanted = createHash('sha256')
    .update(readFileSync(path.join(root, 'package.json')))
    .digest('hex');
  if (existsSync(INSTALL_STAMP) && readFileSync(INSTALL_STAMP, 'utf8') === wanted) return;
  console.error('Installing packages (first time, or package.json has changed) ...');
  run('npm', ['install', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(INSTALL_STAMP, wanted);
}

export function build() {
  const newest = Math.max(
    ...SOURCE_FOLDERS.map((folder) => newestChange(path.join(root, folder))),
    ...['tsconfig.json', 'tsconfig.build.json', 'package.json'].map(
      (f) => statSync(path.join(root, f)).mtimeMs,
    ),
  );
  if (existsSync(BUILD_STAMP) && Number(readFileSync(BUILD_STAMP, 'utf8')) >= newest) return;
  console.error('Building ...');
  run(process.execPath, [
    path.join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
    '-p',
    'tsconfig.build.json',
  ]);
  mkdirSync(path.dirname(BUILD_STAMP), { recursive: true });
  writeFileSync(BUILD_STAMP, String(newest));
}

/** Runs a command to its end, showing what it prints; exits with its status when it fails. */
export function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (error) console.error(`cannot run ${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
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
