/**
 * Tests wait for a condition no longer than this, ms: for what hangs, not for what is slow, on a machine whose load is many times
 * its cores. With a planted bug (test/mutations) waiting in vain is what is wanted, and has to end soon.
 */
export const PATIENCE_MS = process.env['PLANTED_BUG'] === undefined ? 150_000 : 30_000;
