import { ServiceError } from '../../service-error';
import type { S3Answer, S3Call } from '../call';
import { malformedXml, notImplemented } from '../errors';
import { signingRegion } from '../region';
import { receiveText } from '../request-body';
import { parseXml } from '../xml';

export async function createBucket({ request, headers, bucket, store }: S3Call): Promise<S3Answer> {
  const region = bucketRegion(constraintOf(await receiveText(request, headers)), signingRegion(headers));
  // Older than all other Regions, us-east-1 answers 200 to an owner who creates a bucket again:
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
  const isThere = region === 'us-east-1' && store.bucketRegion(bucket) === region;
  if (!isThere) await store.createBucket(bucket, region);
  return { headers: { location: `/${bucket}` } };
}

function constraintOf(body: string): string | undefined {
  if (body === '') return undefined;
  const { LocationConstraint: constraint, ...others } = parseXml(body, 'CreateBucketConfiguration', []);
  const other = Object.keys(others).find((name) => name !== '#text');
  if (other !== undefined) throw notImplemented(`CreateBucketConfiguration.${other}`);
  if (constraint === undefined || constraint === '') return undefined;
  if (typeof constraint !== 'string') throw malformedXml();
  return constraint;
}

/**
 * A bucket in us-east-1 has no location constraint. Requests to us-east-1 can create buckets in every Region; requests to
 * another Region only there (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html).
 */
function bucketRegion(constraint: string | undefined, signedFor: string | undefined): string {
  if (constraint !== undefined && !/^(?!us-east-1$)[a-z]{2}(-[a-z]+)+-\d$/.test(constraint)) {
    throw new ServiceError(
      'InvalidLocationConstraint',
      'The specified location-constraint is not valid',
      400,
      {
        LocationConstraint: constraint,
      },
    );
  }
  const region = constraint ?? 'us-east-1';
  if (signedFor !== undefined && signedFor !== 'us-east-1' && signedFor !== region) {
    throw new ServiceError(
      'IllegalLocationConstraintException',
      `The ${constraint ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    );
  }
  return region;
}
