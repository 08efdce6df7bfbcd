import { DateTimeFormatter, Instant, LocalDateTime, ZoneId, ZonedDateTime } from '@js-joda/core';
import '@js-joda/timezone';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { civilDate, epochDay } from '../../../src/serde/model/civil-days.ts';
import {
  parseDate,
  parseTime,
  parseTimestamp,
  printDate,
  printTime,
  printTimestamp,
} from '../../../src/sql/values/iso-time.ts';
import { temporalFormat } from '../../../src/sql/values/temporal-pattern.ts';
import { lenientParser } from '../../../src/sql/values/lenient-pattern.ts';
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
    ['xxxx xxxxx O ZZZZ X', '-03:15:20', '-031520 -03:15:20 GMT-3:15:20 GMT-03:15:20 -0315'],
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
    for (const text of [
      '2022-13-01',
      '2022-1-01',
      '22-01-01',
      '2022-01-01x',
      '',
      '2022-01-32',
      '+2022-01-01',
    ]) {
      expect(() => format.parseTimestamp(text, zoneOf('UTC')), text).toThrow(RangeError);
      expect(() => format.parseDate(text), text).toThrow(RangeError);
    }
    expect(() => temporalFormat('HH').parseDate('10')).toThrow(RangeError);
    expect(() => temporalFormat('HH yyyy').parseTime('10 2022')).toThrow('Time format contains date field.');
    expect(() => temporalFormat('HH').formatDate(0)).toThrow(RangeError);
    for (const pattern of ["'open", 'yyyy]', 'J', 'HHH', '{}']) {
      expect(() => temporalFormat(pattern), pattern).toThrow(RangeError);
    }
    expect(() => zoneOf('Not/AZone')).toThrow(RangeError);
  });
});

/** What Java's SMART resolver makes of each; undefined where it throws. */
describe('patterns read by Java’s rules', () => {
  const day = (text: string): number => parseDate(text) * 86_400_000;

  it.each<readonly [text: string, pattern: string, ms: number | undefined]>([
    // A day of the year that the year lacks, and one of a leap year.
    ['2021-366', 'yyyy-DDD', undefined],
    ['2020-366', 'yyyy-DDD', day('2020-12-31')],
    ['366', 'D', undefined],
    // What stands beside a date must agree with it.
    ['Mon, 26 May 2020', 'EEE, dd MMM yyyy', undefined],
    ['Tue, 26 May 2020', 'EEE, dd MMM yyyy', day('2020-05-26')],
    ['2020-05-26 3', 'yyyy-MM-dd Q', undefined],
    ['2020-05-26 22', 'yyyy-MM-dd w', day('2020-05-26')],
    ['2020-05-26 147', 'yyyy-MM-dd D', day('2020-05-26')],
    ['2020-05-26 146', 'yyyy-MM-dd D', undefined],
    ['2020-05-26 2021', 'yyyy-MM-dd yyyy', undefined],
    // Weeks make a date with their year and a day; else they say nothing.
    ['2020-01-1', 'YYYY-ww-e', day('2019-12-29')],
    ['2020-22 Tue', 'YYYY-w E', day('2020-05-26')],
    ['2020-05 2 Tue', 'yyyy-MM W E', day('2020-05-05')],
    ['2020-05-26', 'YYYY-MM-dd', day('1970-05-26')],
    ['2020-3', 'yyyy-Q', day('2020-01-01')],
    ['2020-05-26 2nd quarter Q2', 'yyyy-MM-dd QQQQ QQQ', day('2020-05-26')],
    // A missing date is the first of January 1970, put right part by part.
    ['02-29', 'MM-dd', day('1970-02-28')],
    ['Mon', 'E', day('1969-12-29')],
    ['3', 'F', day('1970-01-03')],
    // 24 o'clock, hours of half a day, and parts of the day.
    ['2020-05-26 24:00', 'yyyy-MM-dd HH:mm', day('2020-05-27')],
    ['2020-05-26 24:01', 'yyyy-MM-dd HH:mm', undefined],
    ['05:10 in the afternoon', 'hh:mm B', 61_800_000],
    ['05:10 in the morning', 'hh:mm B', 18_600_000],
    ['17:10 in the morning', 'HH:mm B', undefined],
    ['17:10 AM', 'HH:mm a', undefined],
    ['0044-03-15 BC', 'yyyy-MM-dd G', day('-0043-03-15')],
    ['2020-05-26 +02', 'yyyy-MM-dd XX', undefined],
    ['2020-05-26 +0200', 'yyyy-MM-dd X', day('2020-05-26') - 7_200_000],
  ])('%s by %s', (text, pattern, ms) => {
    const read = (): number => temporalFormat(pattern).parseTimestamp(text, zoneOf('UTC'));
    if (ms === undefined) expect(read).toThrow(RangeError);
    else expect(read()).toBe(ms);
  });

  it('take a date or a time alone only where it is whole', () => {
    expect(temporalFormat('yyyy-MM-dd HH').parseDate('2020-05-26 24')).toBe(parseDate('2020-05-27'));
    expect(() => temporalFormat('yyyy-MM').parseDate('2020-05')).toThrow(RangeError);
    expect(temporalFormat('HH:mm').parseTime('24:00')).toBe(0);
    expect(temporalFormat('a').parseTime('PM')).toBe(64_800_000);
    expect(() => temporalFormat('hh:mm').parseTime('05:10')).toThrow(RangeError);
    expect(() => temporalFormat('mm:ss').parseTime('05:10')).toThrow(RangeError);
  });

  it.each([
    ['Y YY YYYY w ww W F e ee eee c', '2019-12-29', '2020 20 2020 1 01 5 1 1 01 Sun 1'],
    ['Y w W F e', '2020-05-26', '2020 22 5 5 3'],
    ['Y w W', '2021-01-02', '2021 1 1'],
    ['G GGGG GGGGG QQQQQ q', '2020-05-26', 'AD Anno Domini A 2 2'],
  ])('print %s of %s', (pattern, date, text) => {
    expect(temporalFormat(pattern).formatDate(parseDate(date))).toBe(text);
  });

  it('print parts of the day', () => {
    const names = ['00:00', '00:01', '05:59', '06:00', '12:00', '12:01', '17:59', '18:00', '21:00'].map(
      (time) => temporalFormat('B').formatTime(parseTime(time)),
    );
    expect(names).toEqual([
      'midnight',
      'at night',
      'at night',
      'in the morning',
      'noon',
      'in the afternoon',
      'in the afternoon',
      'in the evening',
      'at night',
    ]);
  });
});

/** What Java's lenient calendar makes of each; undefined where it throws. */
describe('lenient patterns', () => {
  const now = Date.UTC(2026, 0, 1);

  it.each<readonly [text: string, pattern: string, date: string | undefined]>([
    // Numbers of any value and length; white space in front of them; what follows is not read.
    ['2020-02-30', 'yyyy-MM-dd', '2020-03-01'],
    ['2020-00-00', 'yyyy-MM-dd', '2019-11-30'],
    ['2020-1-5', 'yyyy-MM-dd', '2020-01-05'],
    [' 2020- 5-  7', 'yyyy-MM-dd', '2020-05-07'],
    ['2020-05-26 and more', 'yyyy-MM-dd', '2020-05-26'],
    ['2021-366', 'yyyy-DDD', '2022-01-01'],
    ['20200526', 'yyyyMMdd', '2020-05-26'],
    ['2020526', 'yyyyMMdd', '2024-04-06'],
    ['2020-05', 'yyyy-MM', '2020-05-01'],
    ['', '', '1970-01-01'],
    ['-2020-01-01', 'yyyy-MM-dd', undefined],
    ['2020/01/01', 'yyyy-MM-dd', undefined],
    ['99999999999-01-01', 'yyyy-MM-dd', undefined],
    // Years of two digits are those from 80 years ago on.
    ['45-01-01', 'yy-MM-dd', '2045-01-01'],
    ['46-01-01', 'yy-MM-dd', '1946-01-01'],
    ['246-01-01', 'yy-MM-dd', '0246-01-01'],
    // Names are whole or short whatever the letters say; of what contradicts the last has the say.
    ['26 September 2020', 'dd MMM yyyy', '2020-09-26'],
    ['26 sep 2020', 'dd MMMM yyyy', '2020-09-26'],
    ['Mon, 26 May 2020', 'EEE, dd MMM yyyy', '2020-05-26'],
    ['2020-05 2 Tue', 'yyyy-MM W E', '2020-05-05'],
    ['2020-05 2 Tue', 'yyyy-MM F E', '2020-05-12'],
    ['2020-10', 'YYYY-ww', '2020-03-01'],
    ['2020-1-1', 'YYYY-ww-u', '2019-12-30'],
    // The Julian calendar, up to the 4th of October 1582.
    ['1582-10-04', 'yyyy-MM-dd', '1582-10-14'],
    ['1582-10-05', 'yyyy-MM-dd', '1582-10-15'],
    ['1582-10-15', 'yyyy-MM-dd', '1582-10-15'],
    ['1500-02-29', 'yyyy-MM-dd', '1500-03-10'],
    // Texts in quotes, zones, letters that there are not.
    ["2020 o'clock", "yyyy 'o''clock'", '2020-01-01'],
    ['2020', "yyyy'", undefined],
    ['2020-05-26T24', "yyyy-MM-dd'T'HH", '2020-05-27'],
    ['2020-05-26 GMT', 'yyyy-MM-dd z', '2020-05-26'],
    ['2020', 'invalid', undefined],
    ['2020 Z', 'yyyy XXXX', undefined],
  ])('%s by %s', (text, pattern, date) => {
    const read = (): number => lenientParser(pattern, () => now)(text);
    if (date === undefined) expect(read).toThrow(RangeError);
    else expect(read()).toBe(parseDate(date) * 86_400_000);
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
    for (const text of ['foo', '2020-13', '2020-02-32', '2020-01-01T25', '2020-01-01T24:01', '2020T10', '']) {
      expect(() => parseTimestamp(text), text).toThrow(RangeError);
    }
  });

  it('of timestamps may end within a number, on a day that the month lacks, or at 24 o’clock', () => {
    for (const [text, same] of [
      ['2020-02-30', '2020-02-29'],
      ['2021-02-31T10:00', '2021-02-28T10:00'],
      ['2020-01-01T1', '2020-01-01T10:00'],
      ['2020-01-01T10:15:3', '2020-01-01T10:15:30'],
      ['2020-01-01T24', '2020-01-02'],
      ['2020-12-31T24:00:00.000', '2021-01-01'],
      ['2020-01-01T10:00+05:30', '2020-01-01T04:30'],
    ] as const) {
      expect(parseTimestamp(text), text).toBe(parseTimestamp(same));
    }
    expect(() => parseDate('2020-02-30')).toThrow(RangeError);
    expect(() => parseTime('24:00')).toThrow(RangeError);
    expect(() => parseTime('10')).toThrow(RangeError);
  });
});
