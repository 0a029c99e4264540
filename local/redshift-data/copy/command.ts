/** A parsed COPY command for Parquet. The statement has the target. */
export interface CopyCommand {
  /** Target columns, in the order of the files' columns. Default: all columns of the table. */
  readonly columns?: readonly string[];
  readonly from: S3Location;
  /** ARN, or `default`: the first role of the namespace. */
  readonly role: string;
  /** `from` is a manifest, not a prefix. */
  readonly manifest: boolean;
  /** Trailing columns that a file lacks are NULL. */
  readonly fillRecord: boolean;
  /** Nested columns go to SUPER columns as JSON. */
  readonly serializeToJson: boolean;
}

export interface S3Location {
  readonly bucket: string;
  readonly key: string;
}

export function parseS3Url(url: string): S3Location | undefined {
  const match = /^s3:\/\/([^/]+)\/(.*)$/s.exec(url);
  return match === null ? undefined : { bucket: match[1]!, key: match[2]! };
}

export function s3Url(location: S3Location): string {
  return `s3://${location.bucket}/${location.key}`;
}

/** A file's name in Redshift's errors. */
export function httpsUrl(location: S3Location, region: string): string {
  return `https://s3.${region}.amazonaws.com/${location.bucket}/${location.key}`;
}
