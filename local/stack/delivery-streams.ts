import type { DeliveryStream } from '../firehose/delivery-stream';
import { ServiceError } from '../service-error';
import type { Stack } from './plan-stack';
import type { PlannedStream } from './plan-stream';

/** Most seconds that a stream buffers records, so that a local trial does not wait as long as AWS may. */
const LONGEST_BUFFER_SECONDS = 60;

/** The stack's Firehose streams with the columns of their Glue tables. @throws ServiceError EntityNotFoundException */
export function deliveryStreams(stack: Stack): readonly DeliveryStream[] {
  return stack.streams.map((planned) => deliveryStream(planned, stack));
}

function deliveryStream(planned: PlannedStream, { tables }: Stack): DeliveryStream {
  const { name, arn, bucket, prefix, errorPrefix, roleArn, database, table } = planned;
  const schema = tables.find((each) => each.database === database && each.name === table);
  if (!schema) {
    throw new ServiceError(
      'EntityNotFoundException',
      `Stream ${name} needs the Glue table ${database}.${table}, which does not exist`,
    );
  }
  return {
    name,
    arn,
    bucket,
    prefix,
    errorPrefix,
    transform: planned.transform,
    columns: schema.columns,
    buffering: {
      sizeInMBs: planned.bufferMegabytes,
      intervalInSeconds: Math.min(planned.bufferSeconds, LONGEST_BUFFER_SECONDS),
    },
    schema: { database, table },
    roleArn,
  };
}
