import { wantsColours } from '../../../cli/shared/colours';

const terminal = { isTTY: true };
const pipe = {};

test('a terminal is coloured, unless it or its user forbids it', () => {
  expect(wantsColours(terminal, { TERM: 'xterm' })).toBe(true);
  expect(wantsColours(terminal, { TERM: 'dumb' })).toBe(false);
  expect(wantsColours(terminal, { TERM: 'xterm', NO_COLOR: '1' })).toBe(false);
  expect(wantsColours(terminal, { TERM: 'xterm', FORCE_COLOR: '0' })).toBe(false);
});

test('a pipe or a file is not coloured, even in a CI job, unless FORCE_COLOR asks for it', () => {
  expect(wantsColours(pipe, { TERM: 'xterm' })).toBe(false);
  expect(wantsColours(pipe, { CI: 'true' })).toBe(false);
  expect(wantsColours(pipe, { FORCE_COLOR: '1' })).toBe(true);
  expect(wantsColours(pipe, { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
});
