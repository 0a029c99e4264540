import { mutation, type Mutation } from '../mutation';

const SELECTION = 'cli/replay/selection.ts';
const SELECTION_TEST = 'tests/cli/replay/selection.test.ts';
const TEST = 'tests/cli/replay.test.ts';

/** Mistakes in which refused events are sent again. */
export const REPLAY: readonly Mutation[] = [
  mutation(
    'an event that was refused again counts as sent before',
    'It is never sent once its column is there: it is lost.',
    SELECTION,
    "if (!this.options.again && before.has(id)) return 'sent before';",
    "if (!this.options.again && before.has(id)) {\n      this.chosen.add(id);\n      return 'sent before';\n    }",
    { file: SELECTION_TEST, test: 'was refused again, and is sent' },
  ),
  mutation(
    'an equal event is sent once more',
    'A person pays for it twice, and the counts do not add up.',
    SELECTION,
    'this.chosen.add(id);',
    'this.chosen.delete(id);',
    { file: SELECTION_TEST, test: 'are sent, each once' },
  ),
  mutation(
    'the good events of a record are left with its bad one',
    'They are never loaded.',
    'cli/refused/kept-event.ts',
    'texts.length > 1 ?',
    'texts.length > 9 ?',
    { file: SELECTION_TEST, test: 'only the bad ones are left' },
  ),
  mutation(
    'what was sent of an object counts for another one with its key',
    'Events of the other object are never sent.',
    'cli/replay/memory.ts',
    'etag === file.etag ? events : []',
    'etag === "" ? [] : events',
    { file: TEST, test: 'does not count for another object' },
  ),
  mutation(
    'events count as sent before Firehose has accepted them',
    'If the sending fails, they are never sent.',
    'cli/replay/sending.ts',
    'this.sent.set(event, { part, id });',
    'this.sent.set(event, { part, id });\n    part.accepted.add(id);',
    { file: TEST, test: 'the same command sends the rest once' },
  ),
];
