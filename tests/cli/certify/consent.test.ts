import { PassThrough, Readable } from 'node:stream';
import { askPerson } from '../../../cli/certify/consent';

test.each([
  ['y\n', true],
  ['YES\n', true],
  ['no\n', false],
  ['', false],
])('the answer %j is %s: the end of the input is a no', async (typed, yes) => {
  expect(await askPerson('Run?', undefined, Readable.from([typed]), new PassThrough())).toBe(yes);
});

test.each([
  ['Ctrl-C', '\u0003'],
  ['Ctrl-D', '\u0004'],
])('%s on a terminal is a no', async (_, key) => {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  const answer = askPerson('Run?', undefined, input, output);
  input.write(key);
  expect(await answer).toBe(false);
});

test('a signal ends the question with a no', async () => {
  const stop = new AbortController();
  const answer = askPerson('Run?', stop.signal, new PassThrough(), new PassThrough());
  stop.abort();
  expect(await answer).toBe(false);
});
