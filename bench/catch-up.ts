import { startLoad } from '../cli/load/follow';
import { SILENT } from '../cli/shared/silent-output';
import { addHours, type Hour } from '../core/hour';
import { prefixOfHour } from '../core/prefix';
import { parquetOf, tripsSelect } from '../testkit/parquet';
import { ServiceTwin } from '../testkit/service-twin';
import { atMost, figure, type Bench } from './bench';
import { catchUpDatasets, SIDES, type SideName } from './catch-up/datasets';

const HOURS = 48;
/** Nothing was loaded of these hours before. */
const FIRST: Hour = '2026-01-01T00';

const ABOUT = `Loads ${HOURS} hours of one small file each, in one execution of the packaged state machine on the twin: in groups (\`hours_per_merge: 16\`, the default), and hour by hour (\`hours_per_merge: 1\`). In each round one follows the other, with hours and a target of their own, and half of the rows correct a row of the hour before. Statements are batches that functions submit, merges are transactions of the history. The functions are warm after a first load. It shows what an execution takes around its data. In a warehouse each statement also waits, is compiled and is committed, which the twin does in almost no time.`;

const SECONDS = 'seconds: in groups ÷ hour by hour';
const STATEMENTS = 'statements: in groups ÷ hour by hour';
const MERGES = 'merges: in groups ÷ hour by hour';

export const catchUp: Bench = {
  name: 'catch-up',
  title: 'Hours that are due together',
  about: ABOUT,
  heldBack: {
    [SECONDS]:
      'What is the same in both: each hour is inspected by a call of its own, and has a COPY of its own. On the twin a statement takes milliseconds, so that a merge less saves little time.',
  },
  rounds: 3,
  async run({ rounds, note }) {
    note('packaging the service');
    const found = await catchUpRounds({ rounds, hours: HOURS }, note);
    const of = (name: string, unit: string, side: SideName, value: keyof Caught) =>
      figure(
        name,
        unit,
        found.map((each) => each[side][value]),
      );
    const ratio = (name: string, value: keyof Caught) =>
      figure(
        name,
        '×',
        found.map((each) => each.together[value] / each.apart[value]),
      );
    const [seconds, statements, merges] = [
      ratio(SECONDS, 'seconds'),
      ratio(STATEMENTS, 'statements'),
      ratio(MERGES, 'merges'),
    ];
    return {
      figures: [
        of('in groups', 's', 'together', 'seconds'),
        of('hour by hour', 's', 'apart', 'seconds'),
        of('statements, in groups', 'batches', 'together', 'statements'),
        of('statements, hour by hour', 'batches', 'apart', 'statements'),
        of('transitions, in groups', 'transitions', 'together', 'transitions'),
        of('transitions, hour by hour', 'transitions', 'apart', 'transitions'),
        of('seconds of statements, in groups', 's', 'together', 'warehouse'),
        of('seconds of statements, hour by hour', 's', 'apart', 'warehouse'),
        ratio('seconds of statements: in groups ÷ hour by hour', 'warehouse'),
        ...[seconds, statements, merges],
      ],
      aims: [atMost(SECONDS, 0.2, seconds), atMost(STATEMENTS, 0.1, statements), atMost(MERGES, 0.1, merges)],
      charts: [],
    };
  },
};

/** What an execution took. */
interface Caught {
  readonly seconds: number;
  /** Seconds for which statements ran, each by itself. */
  readonly warehouse: number;
  readonly statements: number;
  readonly merges: number;
  readonly transitions: number;
}

/** @throws Error if the two targets differ. */
export async function catchUpRounds(
  { rounds, hours }: { readonly rounds: number; readonly hours: number },
  note: (text: string) => void,
): Promise<readonly Readonly<Record<SideName, Caught>>[]> {
  const deployed = await ServiceTwin.start(catchUpDatasets());
  const { twin } = deployed;
  try {
    const used = async () => (await twin.connection.usage()).counts;
    const load = async (side: SideName, from: Hour, count: number): Promise<Caught> => {
      for (let hour = 0; hour < count; hour += 1) {
        const prefix = prefixOfHour(
          `${side}/year={yyyy}/month={MM}/day={dd}/hour={HH}/`,
          addHours(from, hour),
        );
        await twin.put(`${prefix}a.parquet`, await hourFile(hour));
      }
      const before = await used();
      const started = performance.now();
      const to = addHours(from, count - 1);
      const document = await startLoad(twin.connection, SILENT, { dataset: side, from, to, due: true });
      const seconds = (performance.now() - started) / 1_000;
      if (document.status !== 'SUCCEEDED') throw new Error(document.cause ?? document.status);
      const after = await used();
      const merges = await twin.sql(
        `SELECT COUNT(DISTINCT merge_number) FROM sluice.load_history WHERE dataset = '${side}' AND execution = '${document.execution}'`,
      );
      return {
        seconds,
        warehouse: document.warehouse_seconds ?? NaN,
        merges: Number(merges.rows[0]?.[0]),
        statements:
          (after.data_api?.BatchExecuteStatement ?? 0) - (before.data_api?.BatchExecuteStatement ?? 0),
        transitions: (after.transitions ?? 0) - (before.transitions ?? 0),
      };
    };
    for (const side of SIDES) await load(side, addHours(FIRST, -hours), 1);
    const found: Readonly<Record<SideName, Caught>>[] = [];
    for (let round = 0; round < rounds; round += 1) {
      note(`round ${round + 1} of ${rounds}`);
      const from = addHours(FIRST, round * hours);
      const together = await load('together', from, hours);
      found.push({ together, apart: await load('apart', from, hours) });
      const [left, right] = await Promise.all(
        SIDES.map((side) => twin.sql(`SELECT * FROM public.${side} ORDER BY trip_id`)),
      );
      if (JSON.stringify(left?.rows) !== JSON.stringify(right?.rows)) throw new Error('the targets differ');
    }
    return found;
  } finally {
    await deployed.remove();
  }
}

/** Rows of an hour: half of their keys are also in the hour before. */
function hourFile(hour: number): Promise<Buffer> {
  const keys = Array.from({ length: 20 }, (_, index) => `key-${hour * 10 + index}`);
  const updated_at = `2026-01-01 00:00:${String(hour % 60).padStart(2, '0')}`;
  return parquetOf(tripsSelect(keys.map((trip_id) => ({ trip_id, updated_at, total_amount: hour }))));
}
