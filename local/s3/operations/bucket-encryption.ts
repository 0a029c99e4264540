import type { S3Answer, S3Call } from '../call';
import { malformedXml } from '../errors';
import { receiveText } from '../request-body';
import { parseXml, renderXml } from '../xml';

/** S3 encrypts with its own key by default. */
export function getBucketEncryption({ bucket, store, access }: S3Call): S3Answer {
  store.bucket(bucket);
  const key = access.keys.get(bucket);
  const applied =
    key === undefined ? { SSEAlgorithm: 'AES256' } : { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key };
  return {
    xml: renderXml('ServerSideEncryptionConfiguration', {
      Rule: { ApplyServerSideEncryptionByDefault: applied, BucketKeyEnabled: 'false' },
    }),
  };
}

/** Sets the bucket's key. The twin's files stay unencrypted. */
export async function putBucketEncryption(call: S3Call): Promise<S3Answer> {
  const { request, headers, bucket, store, access } = call;
  store.bucket(bucket);
  const configuration = parseXml(
    await receiveText(request, headers),
    'ServerSideEncryptionConfiguration',
    [],
  ) as { Rule?: { ApplyServerSideEncryptionByDefault?: { SSEAlgorithm?: string; KMSMasterKeyID?: string } } };
  const applied = configuration.Rule?.ApplyServerSideEncryptionByDefault;
  if (applied?.SSEAlgorithm === 'AES256') access.keys.delete(bucket);
  else if (applied?.SSEAlgorithm === 'aws:kms' && applied.KMSMasterKeyID)
    access.keys.set(bucket, applied.KMSMasterKeyID);
  else throw malformedXml();
  return {};
}
