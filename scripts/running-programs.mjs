// Which programs of this clone are running, on its packages.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';

const PROGRAMS = ['dist', 'cli', 'broker', 'examples', 'bench', 'src'];

/** Answers process id and command line of each. Where the system does not tell, there are none. */
export function runningPrograms(root) {
  const processes = process.platform === 'linux' ? linuxProcesses() : otherProcesses();
  return processes
    .filter(
      ({ pid, args, cwd }) =>
        pid !== process.pid && args.some((arg) => isProgram(root, path.resolve(cwd, arg))),
    )
    .map(({ pid, args }) => ({ pid, command: args.join(' ') }));
}

function isProgram(root, file) {
  const [folder] = path.relative(root, file).split(path.sep);
  return PROGRAMS.includes(folder) && /\.[cm]?[jt]s$/.test(file);
}

function* eachLinuxProcess() {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const [program = '', ...args] = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').slice(0, -1);
      if (!path.basename(program).startsWith('node')) continue;
      yield { pid: Number(name), args, cwd: readlinkSync(`/proc/${name}/cwd`) };
    } catch {
      // It has ended, or is somebody else's.
    }
  }
}

const linuxProcesses = () => [...eachLinuxProcess()];

/** Without their working folders: what was started by a path within it is not recognised. */
function otherProcesses() {
  if (process.platform === 'win32') return [];
  const { error, stdout } = spawnSync('ps', ['-A', '-o', 'pid=,args='], { encoding: 'utf8' });
  if (error !== undefined) return [];
  return stdout.split('\n').flatMap((line) => {
    const [, pid, program, rest] = /^\s*(\d+)\s+(\S*node)\s+(.*)$/.exec(line) ?? [];
    return program === undefined
      ? []
      : [{ pid: Number(pid), args: rest.split(' '), cwd: path.parse(program).root }];
  });
}
