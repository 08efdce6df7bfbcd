import { DateTimeFormatter, Instant, LocalDateTime, ZoneId, ZonedDateTime } from '@js-joda/core';
import '@js-joda/timezone';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  civilDate,
  epochDay,
  parseDate,
  parseTime,
  parseTimestamp,
  printDate,
  printTime,
  printTimestamp,
} from '../../../src/sql/values/iso-time.ts';
import { temporalFormat } from '../../../src/sql/values/temporal-pattern.ts';
import { instantOf, zoneOf } from '../../../src/sql/values/zones.ts';

const instants = fc.integer({ min: -60_000_000_000_000, max: 250_000_000_000_000 });

/** js-joda's zones know 1970 to 2037. */
const zonedInstants = fc.integer({ min: 86_400_000, max: 2_000_000_000_000 });

describe('patterns against js-joda', () => {
  const patterns = [
    'yyyy-MM-dd HH:mm:ss.SSS',
    "yyyy-MM-dd'T'HH:mm:ssX",
    'yyyyMMddHHmmss',
    'uuuu-D HH',
    'dd/M/yy H:m:s',
    'hh:mm:ss.SSSSSSSSS',
    "yyyy-MM-dd HH:mm:ss.SSSxxx '[at]'",
    'yyyy-MM-dd KK kk',
  ];
  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/Los_Angeles',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
    '+05:30',
  ];

  it('prints the same', () => {
    fc.assert(
      fc.property(
        zonedInstants,
        fc.constantFrom(...patterns),
        fc.constantFrom(...zones),
        (ms, pattern, zone) => {
          const expected = DateTimeFormatter.ofPattern(pattern).format(
            ZonedDateTime.ofInstant(Instant.ofEpochMilli(ms), ZoneId.of(zone)),
          );
          expect(temporalFormat(pattern).formatTimestamp(ms, zoneOf(zone))).toBe(expected);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('finds the instant of a local time', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_900_000_000_000 }),
        fc.constantFrom(...zones),
        (localMs, zone) => {
          const local = LocalDateTime.ofInstant(Instant.ofEpochMilli(localMs), ZoneId.UTC);
          expect(instantOf(localMs, zoneOf(zone))).toBe(
            local.atZone(ZoneId.of(zone)).toInstant().toEpochMilli(),
          );
        },
      ),
      { numRuns: 400 },
    );
  });

  it('reads what it prints', () => {
    const complete = [
      'yyyy-MM-dd HH:mm:ss.SSS',
      'yyyyMMddHHmmssSSS',
      "dd-MMM-uuuu 'at' hh:mm:ss.SSS a",
      'yyyy-MM-dd HH:mm:ss.SSSXXX',
    ];
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_000_000_000_000 }),
        fc.constantFrom(...complete),
        (ms, pattern) => {
          const format = temporalFormat(pattern);
          const utc = zoneOf('UTC');
          expect(format.parseTimestamp(format.formatTimestamp(ms, utc), utc)).toBe(ms);
        },
      ),
    );
  });
});

describe('patterns', () => {
  it.each([
    ['yyyy-MM-dd HH:mm:ss zzz', 'America/Los_Angeles', '2018-05-11 14:58:33 PDT'],
    ['EEE EEEE MMM MMMM a', 'UTC', 'Fri Friday May May PM'],
    ["yyyy 'o''clock' VV", 'Europe/Paris', "2018 o'clock Europe/Paris"],
    ['O OOOO x XX Z ZZZZ ZZZZZ', 'Asia/Kolkata', 'GMT+5:30 GMT+05:30 +0530 +0530 +0530 GMT+05:30 +05:30'],
    ['Q QQQ QQQQ G', 'UTC', '2 Q2 2nd quarter AD'],
    ['X XXX x', 'UTC', 'Z Z +00'],
  ])('%s in %s', (pattern, zone, text) => {
    expect(temporalFormat(pattern).formatTimestamp(1_526_075_913_000, zoneOf(zone))).toBe(text);
  });

  it('read zones, optional parts, partial times and any case', () => {
    const read = (text: string, pattern: string): number =>
      temporalFormat(pattern).parseTimestamp(text, zoneOf('UTC'));
    expect(read('2018-05-11T21:58:33 PST', "yyyy-MM-dd'T'HH:mm:ss zzz")).toBe(1_526_101_113_000);
    expect(read('2019-08-27T13:31:09.2+0000', "yyyy-MM-dd'T'HH:mm:ss.SX")).toBe(1_566_912_669_200);
    expect(read('2022', 'yyyy')).toBe(1_640_995_200_000);
    expect(read('10:15', 'HH:mm')).toBe(36_900_000);
    expect(read('11/JAN/2022', 'dd/MMM/yyyy')).toBe(1_641_859_200_000);
    expect(read('2022-02-31', 'yyyy-MM-dd')).toBe(1_646_006_400_000);
    expect(read('2022-01-01', "yyyy-MM-dd['T'HH]")).toBe(1_640_995_200_000);
    expect(read('2022-01-01T05', "yyyy-MM-dd['T'HH]")).toBe(1_641_013_200_000);
  });

  it('refuse texts and patterns that are wrong', () => {
    const format = temporalFormat('yyyy-MM-dd');
    for (const text of ['2022-13-01', '2022-1-01', '22-01-01', '2022-01-01x', '', '2022-01-32']) {
      expect(() => format.parseTimestamp(text, zoneOf('UTC')), text).toThrow(RangeError);
      expect(() => format.parseDate(text), text).toThrow(RangeError);
    }
    expect(() => temporalFormat('HH').parseDate('10')).toThrow('Date format contains time field.');
    expect(() => temporalFormat('HH').formatDate(0)).toThrow(RangeError);
    for (const pattern of ["'open", 'yyyy]', 'J', 'HHH', '{}']) {
      expect(() => temporalFormat(pattern), pattern).toThrow(RangeError);
    }
    expect(() => zoneOf('Not/AZone')).toThrow(RangeError);
  });
});

describe('ISO texts', () => {
  it('agree with Date', () => {
    fc.assert(
      fc.property(instants, (ms) => {
        expect(`${printTimestamp(ms)}Z`.replace(/^\+/, '+0')).toBe(new Date(ms).toISOString());
        const days = Math.floor(ms / 86_400_000);
        const { year, month, day } = civilDate(days);
        expect(epochDay(year, month, day)).toBe(days);
      }),
    );
  });

  it('are read back', () => {
    fc.assert(
      fc.property(instants, (ms) => {
        expect(parseTimestamp(printTimestamp(ms))).toBe(ms);
        const days = Math.floor(ms / 86_400_000);
        expect(parseDate(printDate(days))).toBe(days);
        const time = ms - days * 86_400_000;
        expect(parseTime(printTime(time))).toBe(time);
      }),
    );
  });

  it('may be partial and name a zone', () => {
    expect(
      ['2020', '2020-01', '2020-01-01', '2020-01-01T', '2020-01-01T00', '2020-01-01T00:00Z'].map(
        parseTimestamp,
      ),
    ).toEqual(Array(6).fill(1_577_836_800_000));
    expect(parseTimestamp('2019-01-01T00:00:00+0445')).toBe(1_546_283_700_000);
    for (const text of ['foo', '2020-13', '2020-02-30', '2020-01-01T25', '']) {
      expect(() => parseTimestamp(text), text).toThrow(RangeError);
    }
  });
});
