import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Why packages cannot be had here; undefined where they are installed. */
type WhyNot = string | undefined;

/** Installs packages of npm into a folder, for programs in it. */
export function installNode(folder: string, packages: readonly string[]): WhyNot {
  writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
  return runAll(folder, [['npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...packages]]]);
}

/**
 * Installs packages of PyPI into a folder.
 * @param base the command of the Python that they are installed for
 * @returns the Python that has them, or why it has not
 */
export function installPython(
  folder: string,
  packages: readonly string[],
  base = 'python3',
): { readonly python: string; readonly whyNot: WhyNot } {
  const python = path.join(folder, 'venv', 'bin', 'python');
  const whyNot = runAll(folder, [
    [base, ['-m', 'venv', path.join(folder, 'venv')]],
    [python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]],
  ]);
  return { python, whyNot };
}

/**
 * The newest command of a Python of at least 3.`minor`, in the search path or among those that pyenv keeps; undefined where
 * there is none.
 */
export function pythonSince(minor: number): string | undefined {
  const script = 'import sys; print(sys.executable if sys.version_info >= (3, int(sys.argv[1])) else "")';
  for (const command of [...pythonsOfPyenv(), 'python3.14', 'python3.13', 'python3.12', 'python3']) {
    const { status, stdout } = spawnSync(command, ['-c', script, `${minor}`], { encoding: 'utf8' });
    if (status === 0 && stdout.trim() !== '') return stdout.trim();
  }
  return undefined;
}

function pythonsOfPyenv(): readonly string[] {
  const { status, stdout } = spawnSync('pyenv', ['root'], { encoding: 'utf8' });
  if (status !== 0) return [];
  const versions = path.join(stdout.trim(), 'versions');
  return existsSync(versions)
    ? readdirSync(versions).map((each) => path.join(versions, each, 'bin', 'python'))
    : [];
}

function runAll(
  folder: string,
  steps: readonly (readonly [command: string, args: readonly string[]])[],
): WhyNot {
  for (const [command, args] of steps) {
    const { status, error, stderr } = spawnSync(command, args, {
      encoding: 'utf8',
      timeout: 240_000,
      cwd: folder,
    });
    if (status !== 0) return `${command} ${args.join(' ')}: ${error?.message ?? stderr.trim()}`;
  }
  return undefined;
}
