import * as z from 'zod';
import { parseS3Url, type S3Location } from './command';
import { malformedManifest, missingMeta } from './errors';

/** One file of a manifest. */
export interface ManifestEntry {
  readonly location: S3Location;
  /** Default false: a missing file is then silently skipped. */
  readonly mandatory: boolean;
  /** Bytes. */
  readonly contentLength: number;
}

const manifest = z.object({
  entries: z.array(
    z.object({
      url: z.string(),
      mandatory: z.boolean().default(false),
      meta: z.object({ content_length: z.number().int().nonnegative() }).optional(),
    }),
  ),
});

/**
 * Reads a manifest for a columnar format, where every entry needs `meta.content_length`:
 * https://docs.aws.amazon.com/redshift/latest/dg/loading-data-files-using-manifest.html
 * @throws SqlError
 */
export function parseManifest(text: string, location: S3Location): readonly ManifestEntry[] {
  const parsed = manifest.safeParse(parseJson(text, location));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw malformedManifest(location, `${issue!.path.join('.')}: ${issue!.message}`);
  }
  return parsed.data.entries.map((entry) => {
    if (entry.meta === undefined) throw missingMeta();
    const file = parseS3Url(entry.url);
    if (file === undefined)
      throw malformedManifest(location, `not a full path of an S3 object: ${entry.url}`);
    return { location: file, mandatory: entry.mandatory, contentLength: entry.meta.content_length };
  });
}

function parseJson(text: string, location: S3Location): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformedManifest(location, (error as Error).message);
  }
}
