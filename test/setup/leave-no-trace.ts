import { afterAll, vi } from 'vitest';

/**
 * Files of one worker share their modules, which makes the suite twice as fast: what one has put in the place of something
 * real is gone before the next begins.
 */
const environment = { ...process.env };

afterAll(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
});
