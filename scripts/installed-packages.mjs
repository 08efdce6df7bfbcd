// Whether node_modules holds what npm-shrinkwrap.json names, by the list that npm leaves there when it has ended well.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Answers the first package that is not there as it should be; undefined where the tree is complete. */
export function firstMissingPackage(root) {
  const wanted = readPackages(path.join(root, 'npm-shrinkwrap.json'));
  const installed = readPackages(path.join(root, 'node_modules', '.package-lock.json'));
  const { optionalDependencies = {} } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const own = new Set(Object.keys(optionalDependencies).map((name) => `node_modules/${name}`));
  for (const [folder, entry] of Object.entries(wanted)) {
    if (folder === '' || mayBeAbsent(folder, entry, own)) continue;
    const isThere = existsSync(path.join(root, folder, 'package.json'));
    if (!isThere || installed[folder]?.version !== entry.version) return folder;
  }
  return undefined;
}

/** Binaries of other machines are not installed, nor what only they need. */
function mayBeAbsent(folder, entry, own) {
  if (entry.optional !== true) return false;
  const isForHere =
    accepts(entry.os, process.platform) && accepts(entry.cpu, process.arch) && entry.libc === undefined;
  return !isForHere || (entry.os === undefined && entry.cpu === undefined && !own.has(folder));
}

function accepts(list, value) {
  if (list === undefined || list.includes(value)) return true;
  return list.every((each) => each.startsWith('!')) && !list.includes(`!${value}`);
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
  } catch (error) {
    if (error.code !== 'ENOENT' && !(error instanceof SyntaxError)) throw error;
    return {};
  }
}
