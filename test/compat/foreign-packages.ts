import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

/** Why packages cannot be had here; undefined where they are installed. */
type WhyNot = string | undefined;

/** Installs packages of npm into a folder, for programs in it. */
export function installNode(folder: string, packages: readonly string[]): WhyNot {
  writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
  return runAll(folder, [['npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...packages]]]);
}

/** Installs packages of PyPI into a folder. @returns the Python that has them, or why it has not. */
export function installPython(
  folder: string,
  packages: readonly string[],
): { readonly python: string; readonly whyNot: WhyNot } {
  const python = path.join(folder, 'venv', 'bin', 'python');
  const whyNot = runAll(folder, [
    ['python3', ['-m', 'venv', path.join(folder, 'venv')]],
    [python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]],
  ]);
  return { python, whyNot };
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
