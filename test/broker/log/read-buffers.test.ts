import { describe, expect, it } from 'vitest';
import { ReadBuffers } from '../../../broker/log/read-buffers.ts';

const MIB = 1024 * 1024;

describe('ReadBuffers', () => {
  it('uses a buffer again once its lease is released, and not before', () => {
    const pool = new ReadBuffers();
    const first = pool.lease();
    const bytes = first.take(MIB);
    expect(pool.lease().take(MIB).buffer).not.toBe(bytes.buffer);
    first.release();
    expect(pool.freeBytes).toBe(MIB);
    expect(pool.lease().take(MIB).buffer).toBe(bytes.buffer);
    expect(pool.freeBytes).toBe(0);
  });

  it('gives the length that was asked for, from a buffer that is at most twice as long', () => {
    const lease = new ReadBuffers().lease();
    for (const length of [0, 17, 1000, 65_535, 65_536, 65_537, 500_000, MIB - 1, MIB, MIB + 1, 5 * MIB]) {
      const bytes = lease.take(length);
      expect(bytes.length).toBe(length);
      if (length >= 64 * 1024) expect(bytes.buffer.byteLength).toBeLessThanOrEqual(2 * length);
    }
  });

  it('never hands the same memory to two who hold it', () => {
    const pool = new ReadBuffers();
    const leases = Array.from({ length: 20 }, () => pool.lease());
    const held = new Set<ArrayBufferLike>();
    for (let round = 0; round < 5; round++) {
      for (const lease of leases) {
        const { buffer } = lease.take(100_000);
        expect(held.has(buffer)).toBe(false);
        held.add(buffer);
      }
    }
  });

  it('overwrites what is released, where tests ask for it', () => {
    const lease = new ReadBuffers({ poison: true }).lease();
    const bytes = lease.take(100_000).fill(1);
    lease.release();
    expect(bytes.every((byte) => byte === 0xdb)).toBe(true);
  });

  it('keeps no more free memory than its limit', () => {
    const pool = new ReadBuffers();
    const lease = pool.lease();
    for (let i = 0; i < 40; i++) lease.take(MIB);
    lease.release();
    expect(pool.freeBytes).toBe(16 * MIB);
  });

  it('stops whoever releases twice, or takes from what is released', () => {
    const lease = new ReadBuffers().lease();
    lease.take(MIB);
    lease.release();
    expect(() => lease.release()).toThrow('released once');
    expect(() => lease.take(1)).toThrow('was released');
  });
});
