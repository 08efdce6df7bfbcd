import { describe, expect, it } from 'vitest';
import { ReadLease } from '../../broker/log/read-memory.ts';
import { BufferPool } from '../../src/base/buffer-pool.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

describe('BufferPool', () => {
  it('uses a buffer again once it is given back, and not before', () => {
    const pool = new BufferPool();
    const bytes = pool.take(MIB);
    expect(pool.take(MIB).buffer).not.toBe(bytes.buffer);
    pool.giveBack(bytes);
    expect(pool.freeBytes).toBe(MIB);
    expect(pool.take(MIB).buffer).toBe(bytes.buffer);
    expect(pool.freeBytes).toBe(0);
  });

  it('gives the length that was asked for, from a buffer that is at most twice as long', () => {
    const pool = new BufferPool();
    for (const length of [0, 17, 4095, 4096, 4097, 65_536, 65_537, 500_000, MIB - 1, MIB, MIB + 1, 5 * MIB]) {
      const bytes = pool.take(length);
      expect(bytes.length).toBe(length);
      if (length >= 4 * KIB) expect(bytes.buffer.byteLength).toBeLessThanOrEqual(2 * length);
      pool.giveBack(bytes);
      expect(pool.take(length).length).toBe(length);
    }
  });

  it('never hands the same memory to two who hold it', () => {
    const pool = new BufferPool();
    const held = new Set<ArrayBufferLike>();
    for (let round = 0; round < 100; round++) {
      const { buffer } = pool.take(100_000);
      expect(held.has(buffer)).toBe(false);
      held.add(buffer);
    }
  });

  it('overwrites what is given back, where tests ask for it', () => {
    const pool = new BufferPool({ poison: true });
    const bytes = pool.take(100_000).fill(1);
    pool.giveBack(bytes);
    expect(bytes.every((byte) => byte === 0xdb)).toBe(true);
  });

  it('keeps no more free memory than its limit', () => {
    const pool = new BufferPool();
    const taken = Array.from({ length: 40 }, () => pool.take(MIB));
    for (const bytes of taken) pool.giveBack(bytes);
    expect(pool.freeBytes).toBe(16 * MIB);
  });

  it('takes back only what it may have given, whole', () => {
    const pool = new BufferPool();
    expect(() => pool.giveBack(pool.take(10_000).subarray(0, 5_000))).toThrow('taken from a pool');
    expect(() => pool.giveBack(Buffer.alloc(10_000))).toThrow('taken from a pool');
    // A part of the memory that Node shares between small buffers.
    pool.giveBack(Buffer.allocUnsafe(100));
    expect(pool.freeBytes).toBe(0);
  });
});

describe('ReadLease', () => {
  it('gives back all that was taken', () => {
    const pool = new BufferPool();
    const lease = new ReadLease(pool);
    for (const length of [100, 64 * KIB, 64 * KIB, 3 * MIB]) expect(lease.take(length).length).toBe(length);
    lease.release();
    expect(pool.freeBytes).toBe(128 * KIB);
  });

  it('stops whoever releases twice, or takes from what is released', () => {
    const lease = new ReadLease(new BufferPool());
    lease.take(MIB);
    lease.release();
    expect(() => lease.release()).toThrow('released once');
    expect(() => lease.take(1)).toThrow('was released');
  });
});
