import { DEFECTS, defectOf, type DefectName } from '../../../reliability/histories/defects';
import type { Change, History } from '../../../reliability/histories/history';
import { everyForm, PLAIN, type Layout } from '../../../reliability/histories/layout';
import { ProvingGround } from '../../../reliability/histories/proving-ground';
import type { Trip } from '../../../reliability/histories/trip';

const HOURS = 4;

const trip = (trip_id: string, changed: Partial<Trip> = {}): Trip => ({
  trip_id,
  vendor_id: 1,
  pickup_datetime: '2025-12-31 23:59:59',
  dropoff_datetime: '2026-11-20 08:40:00',
  passenger_count: 10,
  trip_distance: 10.25,
  total_amount: 999,
  updated_at: '2026-11-20 08:00:00',
  ...changed,
});
const put = (
  hour: number,
  file: number,
  written: { layout?: Layout; defect?: DefectName; trips?: Trip[] },
): Change => ({
  ...{ kind: 'put', hour, file, layout: PLAIN, trips: [trip(`${hour} ${file}`), trip('ü')] },
  ...written,
});
/** All hours are loaded. Then, if files were bad, they are written again and loaded; else all hours are loaded again. */
const history = (changes: readonly Change[], isBlind = false): History => ({
  ...{ hours: HOURS, eventTimes: 'any', alike: isBlind, blind: isBlind },
  sides: [
    { strategy: 'merge', onBadFile: 'fail' },
    { strategy: 'delete-insert', onBadFile: 'quarantine' },
  ],
  steps: [{ changes, run: { kind: 'alone', request: { kind: 'scheduled' } } }],
});

let ground: ProvingGround;
beforeAll(async () => {
  ground = await ProvingGround.open();
});
afterAll(() => ground.close());

const NAMES = Object.keys(DEFECTS) as DefectName[];
/** In fours, one for each hour. */
const inFours = (defects: readonly DefectName[]) =>
  Array.from({ length: Math.ceil(defects.length / HOURS) }, (_, index) => {
    const four = defects.slice(index * HOURS, (index + 1) * HOURS);
    return [four.join(', '), four] as const;
  });
const beside = (defects: readonly DefectName[]) =>
  defects.flatMap((defect, hour) => [put(hour, 0, {}), put(hour, 1, { defect }), put(hour, 2, {})]);

test.each(inFours(NAMES))('an hour fails, or leaves the file out, whose file %s', async (_, defects) => {
  await ground.run(history(beside(defects)));
});

test.each(inFours(NAMES.filter((name) => defectOf(name).stage !== 'footer')))(
  'the file is found by loading the files apart that %s',
  async (_, defects) => {
    await ground.run(history(beside(defects), true));
  },
);

test('an hour has files in every form, and its rows stay the same', async () => {
  await ground.run(history(everyForm().map((layout, file) => put(0, file, { layout }))));
});

test('a column of nulls has its type, no type, another type, or is not in the files of the hours before it was added', async () => {
  const trips = [
    trip('a', { vendor_id: null, dropoff_datetime: null, trip_distance: null, total_amount: null }),
  ];
  const kinds = ['typed', 'untyped', 'mistyped', 'left out'] as const;
  const changes = kinds.flatMap((nulls, file) =>
    [0, 1, 2].map((hour) => put(hour, file, { layout: { ...PLAIN, nulls }, trips })),
  );
  await ground.run(history(changes));
});
