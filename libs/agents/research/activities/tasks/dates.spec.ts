import { describe, expect, it } from '@jest/globals';
import { dateIn, readDate } from './dates.js';

describe('dates as they are written', () => {
  it.each([
    ['2021-05-03', '2021-05-03', 'day'], ['3 May 2021', '2021-05-03', 'day'], ['the 3rd of May 2021', '2021-05-03', 'day'], ['May 3rd, 2021', '2021-05-03', 'day'],
    ['Sept. 2019', '2019-09', 'month'], ['2019-09', '2019-09', 'month'], ['in 1999', '1999', 'year'], ['31-13-2019', '2019', 'year'], ['2019-13-01', '2019', 'year'],
  ])('%s is %s, exact to the %s', (written, iso, precision) => expect(readDate(written)).toEqual({ iso, precision }));

  it('is none where no year is named', () => expect(readDate('last Tuesday')).toBeNull());

  it('stands in a text that has all its parts, and in no other', () => {
    const date = readDate('3 May 2021')!;
    expect(dateIn(date, 'It began on May 3, 2021.')).toBe(true);
    expect(dateIn(date, 'It began on 4 May 2021.')).toBe(false);
    expect(dateIn(date, 'It began on 3 May.')).toBe(false);
    expect(dateIn(readDate('2021')!, 'It began on 4 May 2021.')).toBe(true);
  });
});
