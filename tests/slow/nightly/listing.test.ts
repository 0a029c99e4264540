import { inParallel } from '../../../functions/shared/in-parallel';
import { listEntries } from '../../../functions/shared/listing';
import { TestTwin } from '../../../testkit/test-twin';

let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.shared();
});
afterAll(() => twin.remove());

test('a listing ends after its pages, and says whether there is more', async () => {
  const names = Array.from({ length: 1_001 }, (_, index) => `trips/many/${String(index).padStart(4, '0')}`);
  await inParallel(names, 16, (name) => twin.put(name, ''));
  const { s3, bucket } = twin.connection;
  const list = (options: Parameters<typeof listEntries>[3]) => listEntries(s3, bucket, 'trips/', options);
  const objects = names.map((key) => ({ key, size: 0 }));
  expect(await list({ pages: 1 })).toEqual({
    objects: objects.slice(0, 1_000),
    folders: [],
    complete: false,
  });
  expect(await list({ pages: 2 })).toEqual({ objects, folders: [], complete: true });
  expect(await list({ pages: 1, delimiter: '/' })).toEqual({
    objects: [],
    folders: ['trips/many/'],
    complete: true,
  });
});
