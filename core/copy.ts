/**
 * How long the presigned URLs are valid that COPY reads Parquet by. A bucket policy with a lower `s3:signatureAge` refuses
 * them. Source: Amazon Redshift Database Developer Guide, "COPY from columnar data formats".
 */
export const LONGEST_SIGNATURE_MILLISECONDS = 3_600_000;
