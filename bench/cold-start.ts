import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atMost, figure, type Bench } from './bench';
import { answerOf } from './fork';
import { packagedHandlers } from './packaged-handlers';

const KILOBYTE = 1_000;
const MOST_KILOBYTES = 400;
const MOST_MILLISECONDS = 60;

const ABOUT = `Packages the service, then loads each function's bundle and a handler that does nothing, in turn, each in a Node.js process of its own with the variables that Lambda sets. A time is that of \`require\`: it reads and compiles the bundle and makes the clients. The figure is by how much it is more than that of the empty handler. It leaves out what Lambda does before, which is the same for both: to start a machine, to fetch the package and to start Node.js. One KB is 1,000 bytes.`;

const LARGEST = 'the largest bundle';
const SLOWEST = 'the slowest bundle of a round, beyond an empty handler';

export const coldStart: Bench = {
  name: 'cold-start',
  title: 'A cold start',
  about: ABOUT,
  heldBack: {
    [LARGEST]:
      'The bundle of prepare-warehouse has 678 KB; it had 978. The AWS SDK is 333 KB of that (four clients with their protocols, endpoints and signatures), the YAML parser of the dataset files 120 KB, zod and the schemas 117 KB, Sluice’s own code 75 KB, Powertools 33 KB. To be kept readable in a stack trace, names take 33 KB of all of these (`keepNames`). Dataset files that are read when the service is packaged would leave out 135 KB; a bundle would then hold the datasets, which the tests that deploy datasets of their own do not expect yet. zod/mini would leave out about 35 KB, but all schemas would have to be written in its way.',
    [SLOWEST]:
      'prepare-warehouse, whose bundle is the largest: V8 compiles it, Node.js loads modules of its own (https and crypto above all), and its modules make four clients and all schemas.',
  },
  rounds: 7,
  async run({ rounds, note }) {
    const directory = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
    try {
      note('packaging the service');
      const handlers = await packagedHandlers(directory);
      const empty = join(directory, 'empty.js');
      writeFileSync(empty, 'exports.handler = async () => {};\n');
      const beyond = new Map(handlers.map(({ name }) => [name, [] as number[]]));
      const alone: number[] = [];
      for (let round = 1; round <= rounds; round += 1) {
        note(`round ${round} of ${rounds}`);
        for (const { name, file, env } of handlers) {
          const [bundle, nothing] = [await loadTime(file, env), await loadTime(empty, env)];
          beyond.get(name)?.push(bundle - nothing);
          alone.push(nothing);
        }
      }
      const sizes = handlers.map(({ name, file }) =>
        figure(`bundle of ${name}`, 'KB', [statSync(file).size / KILOBYTE]),
      );
      const largest = figure(LARGEST, 'KB', [Math.max(...sizes.flatMap(({ values }) => values))]);
      const slowest = figure(
        SLOWEST,
        'ms',
        Array.from({ length: rounds }, (_, round) =>
          Math.max(...[...beyond.values()].map((values) => values[round] ?? NaN)),
        ),
      );
      const times = [...beyond].map(([name, values]) =>
        figure(`${name}, beyond an empty handler`, 'ms', values),
      );
      return {
        figures: [...sizes, figure('an empty handler', 'ms', alone), ...times, slowest],
        aims: [atMost(LARGEST, MOST_KILOBYTES, largest), atMost(SLOWEST, MOST_MILLISECONDS, slowest)],
        charts: [],
      };
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

/** Milliseconds. */
const loadTime = (file: string, env: NodeJS.ProcessEnv): Promise<number> =>
  answerOf('cold-start/load-handler.cjs', file, { execArgv: [], env });
