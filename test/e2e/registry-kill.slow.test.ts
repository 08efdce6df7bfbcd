import { describe, expect, it } from 'vitest';
import { killRun } from './registry-kill/kill-run.ts';

const PACE = { clients: 4, awayMs: 6_000, betweenMs: 3_000 };

describe('the schema registry that leads is killed, while clients register and look up at all servers', () => {
  it.each([
    { servers: 2, kills: 3 },
    { servers: 3, kills: 4 },
  ])('$servers servers: nothing acknowledged is lost, and no id is given twice', async (size) => {
    const { wrong, lost, twice, errors, ...figures } = await killRun({ ...PACE, ...size });
    console.log(`${size.servers} registries: ${JSON.stringify(figures)}`, errors);
    expect({ wrong, lost, twice }).toEqual({ wrong: [], lost: [], twice: [] });
    expect(figures.withoutWritesMs).toHaveLength(size.kills);
    // Some were registered after the last kill, by those who were left.
    expect(figures.registered).toBeGreaterThan(size.kills * PACE.clients);
  });
});
