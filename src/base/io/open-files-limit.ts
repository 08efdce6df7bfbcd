import fs from 'node:fs';

/** What macOS and others give to a process when nothing says more. */
const LIMIT_UNKNOWN = 256;

/**
 * Returns how many files this process may hold open, sockets among them: the soft limit, which Node has raised to the
 * hard one by the time our code runs. Infinity where there is no limit.
 */
export function openFilesLimit(): number {
  try {
    const limits = fs.readFileSync('/proc/self/limits', 'utf8');
    const soft = /^Max open files\s+(\S+)/m.exec(limits)?.[1];
    if (soft !== undefined) return parseLimit(soft);
  } catch {
    // Not Linux: the report knows, though it takes some milliseconds to be made.
  }
  const report = process.report.getReport() as {
    readonly userLimits?: { readonly open_files?: { readonly soft?: string | number } };
  };
  const soft = report.userLimits?.open_files?.soft;
  return soft === undefined ? LIMIT_UNKNOWN : parseLimit(String(soft));
}

function parseLimit(text: string): number {
  if (text === 'unlimited') return Number.POSITIVE_INFINITY;
  const limit = Number(text);
  return Number.isSafeInteger(limit) && limit > 0 ? limit : LIMIT_UNKNOWN;
}
