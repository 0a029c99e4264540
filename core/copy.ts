/**
 * COPY reads Parquet through presigned URLs, and they are valid for this long. A bucket policy with a lower
 * `s3:signatureAge` refuses them.
 * Source: Amazon Redshift Database Developer Guide, "COPY from columnar data formats".
 */
export const LONGEST_SIGNATURE_MILLISECONDS = 3_600_000;
