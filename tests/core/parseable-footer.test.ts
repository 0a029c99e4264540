import { checkParseable } from '../../core/parseable-footer';
import { parquetOf } from '../../testkit/parquet';

/** A list that announces 30 million members. Its header says that they are lists, too. */
const GREEDY = [0xf9, 0x80, 0x87, 0xa7, 0x0e];

const footers: readonly (readonly [string, Buffer, RegExp])[] = [
  ['is cut off', Buffer.from([0x15]), /cut off/],
  ['has a text that is longer than the footer', Buffer.from([0x18, 0xff, 0x7f, 1]), /cut off/],
  ['has a number without an end', Buffer.concat([Buffer.from([0x16]), Buffer.alloc(4e6, 0x80)]), /10 bytes/],
  ['announces lists of lists', Buffer.from([0x29, ...Array<number[]>(9).fill(GREEDY).flat()]), /parts/],
  ['has lists in lists', Buffer.concat([Buffer.from([0x29]), Buffer.alloc(4e6, 0x19)]), /32 levels/],
  ['has structs in structs', Buffer.alloc(4e6, 0x1c), /32 levels/],
  ['has a struct of very many fields', Buffer.alloc(4e6, 0x11), /64 fields/],
  [
    'has millions of empty structs',
    Buffer.concat([Buffer.from([0x29, 0xfc, 0xff, 0xff, 0xff, 1]), Buffer.alloc(5e6)]),
    /parts/,
  ],
  ['has a map, which Parquet has not', Buffer.from([0x1b, 0]), /type 11/],
];

test.each(footers)('a footer that %s is refused', (_, footer, reason) => {
  expect(() => checkParseable(footer)).toThrow(reason);
});

test('the footers of writers are parseable', async () => {
  const columns = Array.from({ length: 40 }, (_, index) => `i AS c${index}, [i] AS l${index}`).join(', ');
  const file = await parquetOf(`SELECT ${columns} FROM range(50000) AS r(i)`, 'ROW_GROUP_SIZE 2048');
  const footer = file.subarray(-8 - file.readUInt32LE(file.length - 8));
  expect(footer.length).toBeGreaterThan(100_000);
  expect(() => checkParseable(footer)).not.toThrow();
});
