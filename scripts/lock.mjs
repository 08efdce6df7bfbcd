// `npm run lock`: writes npm-shrinkwrap.json anew from package.json; `npm run lock -- --check` only says whether it is as it
// would be written. What is locked stays locked: versions change where package.json asks for others.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from './prepare.mjs';

const LOCK = path.join(root, 'npm-shrinkwrap.json');
/**
 * Ships its binaries; where it has none, its install script would build RocksDB for half an hour, and the other binding
 * serves. npm runs no script that the lock does not know of.
 */
const NO_INSTALL_SCRIPT = 'node_modules/rocksdb';

const before = existsSync(LOCK) ? readFileSync(LOCK, 'utf8') : '';
const after = lockAnew();
if (process.argv.includes('--check')) {
  if (before === after) console.log('npm-shrinkwrap.json agrees with package.json');
  else {
    console.error(
      'npm-shrinkwrap.json does not agree with package.json: run `npm run lock` and commit what it writes',
    );
    process.exitCode = 1;
  }
} else {
  writeFileSync(LOCK, after);
  console.log(before === after ? 'npm-shrinkwrap.json was up to date' : 'npm-shrinkwrap.json was written');
}

/** Resolves package.json in a folder of its own, where no installed package has a say. */
function lockAnew() {
  const folder = mkdtempSync(path.join(tmpdir(), 'millrace-lock-'));
  try {
    copyFileSync(path.join(root, 'package.json'), path.join(folder, 'package.json'));
    if (before !== '') writeFileSync(path.join(folder, 'package-lock.json'), before);
    const flags = [
      '--package-lock-only',
      '--package-lock',
      '--omit-lockfile-registry-resolved',
      '--ignore-scripts',
    ];
    const { status } = spawnSync(
      'npm',
      ['install', ...flags, '--no-audit', '--no-fund', '--loglevel=error'],
      {
        cwd: folder,
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    if (status !== 0) throw new Error('npm cannot resolve package.json');
    return adjusted(JSON.parse(readFileSync(path.join(folder, 'package-lock.json'), 'utf8')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function adjusted(lock) {
  for (const [name, entry] of Object.entries(lock.packages)) {
    // A lock belongs to no registry: each machine asks its own.
    delete entry.funding;
    if (entry.resolved !== undefined) throw new Error(`${name} is resolved to ${entry.resolved}`);
  }
  delete lock.packages[NO_INSTALL_SCRIPT].hasInstallScript;
  return `${JSON.stringify(lock, null, 2)}\n`;
}
