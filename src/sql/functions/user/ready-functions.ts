import { loadQuickJs } from './io/quickjs.ts';
import type { UserFunctionRecord } from './function-record.ts';

/** Gets this thread ready for calls of functions. Called before a query runs that has some. */
export async function readyFunctions(records: readonly UserFunctionRecord[] | undefined): Promise<void> {
  if (records !== undefined && records.length > 0) await loadQuickJs();
}
