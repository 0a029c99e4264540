import { displayText, renderTable } from '../../../cli/shared/table';

const plain = { colour: false, width: 80 };

test('numbers are on the right, text on the left, nulls are shown, and no line ends in blanks', () => {
  expect(
    renderTable(
      ['trip', 'count'],
      [
        ['a', 1],
        ['long name', 1_000],
        [null, null],
      ],
      plain,
    ).split('\n'),
  ).toEqual(['trip       count', 'a              1', 'long name   1000', 'NULL        NULL']);
});

test('columns with numbers as text are aligned by option', () => {
  const rows = [['9.50'], ['12.25']];
  expect(renderTable(['amount'], rows, { ...plain, numeric: new Set([0]) })).toBe('amount\n  9.50\n 12.25');
  expect(renderTable(['amount'], rows, plain)).toBe('amount\n9.50\n12.25');
});

test('a table without rows shows its columns', () => {
  expect(renderTable(['a', 'b'], [], plain)).toBe('a  b');
});

test('values are shortened until the table fits; if that is not enough, each row becomes a block', () => {
  const rows = [['x'.repeat(30), 'y'.repeat(30)]];
  expect(renderTable(['a', 'b'], rows, { ...plain, width: 62 })).toContain('x'.repeat(30));
  expect(renderTable(['a', 'b'], rows, { ...plain, width: 61 }).split('\n')).toEqual([
    `a${' '.repeat(25)}b`,
    `${'x'.repeat(23)}…  ${'y'.repeat(23)}…`,
  ]);
  expect(renderTable(['a', 'bb'], [...rows, [1, null]], { ...plain, width: 40 }).split('\n')).toEqual([
    '── row 1 ──',
    `a   ${'x'.repeat(30)}`,
    `bb  ${'y'.repeat(30)}`,
    '── row 2 ──',
    'a   1',
    'bb  NULL',
  ]);
});

test('text from files does not control the terminal', () => {
  expect(renderTable(['a'], [['\u001b[31mred\u0007\nnext\u009b']], plain)).toBe(
    'a\n\\u001b[31mred\\u0007\\nnext\\u009b',
  );
});

test('shortening splits no character', () => {
  expect(displayText('ab😀cd', 4)).toBe('ab…');
  expect(displayText('ab😀cd', 5)).toBe('ab😀…');
  expect(displayText('abcd', 4)).toBe('abcd');
});

test('an option decides on colours, not the text', () => {
  expect(renderTable(['a'], [[null]], { colour: true, width: 80 })).toContain('\u001b[');
  expect(renderTable(['a'], [[null]], { colour: false, width: 80 })).not.toContain('\u001b[');
});

test('wide characters take two columns', () => {
  expect(renderTable(['名前', 'n'], [['a', 1]], plain)).toBe('名前  n\na     1');
});
