import type { Strays } from '../../core/states';
import { straysOf, type strayFinder, type StrayPlaces } from '../../core/strays';
import { inParallel } from './in-parallel';
import type { Entries } from './listing';

/** Lists what is under a prefix of the lake: see listEntries in listing.ts. */
export type ListPrefix = (
  prefix: string,
  options: { readonly delimiter?: string; readonly pages: number },
) => Promise<Entries>;

/** The most requests for one folder: 5,000 entries. A folder of times has one for each year, month or day. */
const PAGES = 5;
/** The most folders of strays that are looked into, with one request each. */
const LOOKED_INTO = 10;
const CONCURRENT_LISTINGS = 16;

/**
 * Finds a dataset's strays without listing its hours. Looks into the first folders of strays for a key: those that hold
 * no data are left out.
 * @param folders the folders above the days: see prefixesAboveDays in prefix.ts.
 * @param inDays the strays in the listings of days.
 */
export async function findStrays(
  list: ListPrefix,
  find: ReturnType<typeof strayFinder>,
  folders: readonly string[],
  inDays: StrayPlaces,
): Promise<Strays> {
  const listings = await inParallel(folders, CONCURRENT_LISTINGS, (folder) =>
    list(folder, { delimiter: '/', pages: PAGES }),
  );
  const places = new Map([...listings.flatMap((each) => [...find(each)]), ...inDays]);
  const unread = [...places].filter(([, key]) => key === undefined).slice(0, LOOKED_INTO);
  await inParallel(unread, CONCURRENT_LISTINGS, async ([folder]) => {
    const { objects, complete } = await list(folder, { pages: 1 });
    const key = find({ objects, folders: [] }).get(folder);
    if (key !== undefined) places.set(folder, key);
    else if (complete) places.delete(folder);
  });
  return straysOf(
    places,
    listings.every(({ complete }) => complete),
  );
}
