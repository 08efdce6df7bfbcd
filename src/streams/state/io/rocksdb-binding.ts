import { readFileSync } from 'node:fs';
import type * as synchronous from 'rocksdb';
import type * as asynchronous from 'rocksdb-native';
import { messageOf, OperationalError } from '../../../base/errors.ts';

/** The binding that serves this machine, by how it reads. */
type RocksDbBinding =
  | { readonly kind: 'synchronous'; readonly module: typeof synchronous }
  | { readonly kind: 'asynchronous'; readonly module: typeof asynchronous };

export type RocksDbBindingKind = RocksDbBinding['kind'];

const KINDS = ['synchronous', 'asynchronous'] as const;
/** Names the binding to use, where the first one that loads is not the right one. */
const SETTING = 'MILLRACE_ROCKSDB';

let loaded: Promise<RocksDbBinding> | undefined;

/**
 * Loads the first binding that works here, once per process; `MILLRACE_ROCKSDB` names one of the two.
 * @throws {OperationalError} `UNSUPPORTED_PLATFORM`, with what to install, when none does.
 */
export function rocksDbBinding(): Promise<RocksDbBinding> {
  loaded ??= chooseBinding(process.env[SETTING]).catch((error: unknown) => {
    // What is missing now may be there when it is asked for again.
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function chooseBinding(setting: string | undefined): Promise<RocksDbBinding> {
  const asked = setting === undefined || setting === '' ? undefined : setting;
  const kinds = asked === undefined ? KINDS : KINDS.filter((kind) => kind === asked);
  if (kinds.length === 0) {
    throw new OperationalError('INVALID_CONFIG', `${SETTING} is '${asked}'; expected ${KINDS.join(' or ')}`, {
      retriable: false,
    });
  }
  const reasons: string[] = [];
  let isAbsent = true;
  for (const kind of kinds) {
    try {
      return await loadBinding(kind);
    } catch (error) {
      isAbsent &&= isModuleMissing(error);
      reasons.push(messageOf(error).split('\n', 1)[0] ?? '');
    }
  }
  // Absent now need not be absent later: packages are being installed.
  const code = isAbsent ? 'PACKAGES_MISSING' : 'UNSUPPORTED_PLATFORM';
  throw new OperationalError(code, unsupported(machine(), reasons, { isAbsent }), { retriable: false });
}

/** Loads one binding. @throws What keeps it from loading. */
export async function loadBinding(kind: RocksDbBindingKind): Promise<RocksDbBinding> {
  if (kind === 'asynchronous') return { kind, module: await import('rocksdb-native') };
  // Its binary uses AVX2 from its first instruction on: loading it without would end the process.
  if (lacksAvx2()) throw new Error('the rocksdb binary needs a processor with AVX2');
  return { kind, module: await import('rocksdb') };
}

function isModuleMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
}

/** What to do where the packages are not there at all, which says nothing about the machine. */
function absent(reasons: readonly string[]): string {
  return (
    `the packages of RocksDB are not installed, or are being installed anew at this moment: run npm install, then start again ` +
    `(${reasons.join('; ')})`
  );
}

/** What to do on a machine that no binding loads on, or where none is there to be loaded. */
export function unsupported(
  { platform, arch, libc }: ReturnType<typeof machine>,
  reasons: readonly string[],
  { isAbsent }: { readonly isAbsent: boolean } = { isAbsent: false },
): string {
  if (isAbsent) return absent(reasons);
  const advice =
    libc === 'musl'
      ? 'use a Linux with glibc (Debian, Ubuntu, node:22-slim), since there is no binary for musl'
      : platform === 'linux'
        ? 'install libatomic (apt-get install libatomic1, dnf install libatomic), then npm install rocksdb-native'
        : 'npm install rocksdb-native';
  return `no RocksDB for ${platform}-${arch}${libc === 'musl' ? ' (musl)' : ''}: ${advice}; (${reasons.join('; ')})`;
}

function machine(): { platform: string; arch: string; libc: 'glibc' | 'musl' | undefined } {
  const { platform, arch } = process;
  if (platform !== 'linux') return { platform, arch, libc: undefined };
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return { platform, arch, libc: report.header?.glibcVersionRuntime === undefined ? 'musl' : 'glibc' };
}

function lacksAvx2(): boolean {
  if (process.platform !== 'linux' || process.arch !== 'x64') return false;
  try {
    return !/^flags\s*:.*\bavx2\b/m.test(readFileSync('/proc/cpuinfo', 'latin1'));
  } catch {
    return false;
  }
}
