import { DescribeDeliveryStreamCommand, type DeliveryStreamDescription } from '@aws-sdk/client-firehose';
import { GetTableCommand } from '@aws-sdk/client-glue';
import { bucketOf } from '../../core/arn';
import { glueType } from '../../core/column-types';
import type { Dataset } from '../../core/dataset';
import { firehosePrefix } from '../../core/prefix';
import { stackNameOf } from '../shared/connect-stage';
import { deployAgain, deployAgainOr } from './commands';
import { ofEach, type Check, type Failed, type Passed } from './finding';
import type { Site } from './site';

/** The datasets for which the stack creates a stream. */
export const streamed = ({ connection }: Site): readonly Dataset[] =>
  connection.datasets.filter(({ source }) => source.stream === 'firehose');

/** Runs a check on the dataset's deployed stream. If there is none, that is the finding. */
async function withStream(
  site: Site,
  dataset: Dataset,
  look: (stream: DeliveryStreamDescription) => Promise<readonly (Passed | Failed)[]>,
): Promise<readonly (Passed | Failed)[]> {
  const { connection } = site;
  const name = connection.streamOf.bind(connection);
  try {
    const { DeliveryStreamDescription: stream } = await connection.firehose.send(
      new DescribeDeliveryStreamCommand({ DeliveryStreamName: name(dataset) }),
    );
    return await look(stream!);
  } catch (error) {
    if (!['UsageError', 'ResourceNotFoundException'].includes((error as Error).name)) throw error;
    return [
      {
        subject: `dataset ${dataset.name}`,
        text: 'it has no stream in this deployment',
        fix: deployAgain(connection),
      },
    ];
  }
}

const redeploy = ({ connection }: Site): string =>
  deployAgainOr(
    connection,
    `aws cloudformation detect-stack-drift --region ${connection.region} --stack-name ${stackNameOf(connection.stage)} shows what to reset`,
  );

export const streamPrefix: Check = {
  title: 'stream writes where the dataset reads',
  needs: 'firehose:DescribeDeliveryStream',
  run(site) {
    return ofEach(this, site, streamed(site), (dataset) =>
      withStream(site, dataset, (stream) => {
        const s3 = stream.Destinations?.[0]?.ExtendedS3DestinationDescription;
        const { source } = dataset;
        const compare = (what: string, is: string | undefined, should: string): Passed | Failed =>
          is === should
            ? { subject: stream.DeliveryStreamName ?? '', text: `${what} is ${should}` }
            : {
                subject: stream.DeliveryStreamName ?? '',
                text: `${what} is ${is ?? 'not set'}, and it should be ${should} (datasets/${dataset.name}.yml)`,
                fix: redeploy(site),
              };
        return Promise.resolve([
          compare('its status', stream.DeliveryStreamStatus, 'ACTIVE'),
          compare('its bucket', bucketOf(s3?.BucketARN ?? ''), site.connection.bucket),
          compare('its prefix', s3?.Prefix, firehosePrefix(source.prefix)),
          compare('its error prefix', s3?.ErrorOutputPrefix, firehosePrefix(source.error_prefix)),
          // Hours are in UTC, which is also Firehose's default.
          compare('its time zone', s3?.CustomTimeZone ?? 'UTC', 'UTC'),
        ]);
      }),
    );
  },
};

export const glueColumns: Check = {
  title: 'Glue table has the dataset’s columns',
  needs: 'firehose:DescribeDeliveryStream and glue:GetTable',
  run(site) {
    return ofEach(this, site, streamed(site), (dataset) =>
      withStream(site, dataset, async ({ Destinations }) => {
        const { DatabaseName, TableName } =
          Destinations?.[0]?.ExtendedS3DestinationDescription?.DataFormatConversionConfiguration
            ?.SchemaConfiguration ?? {};
        const { Table } = await site.glue.send(new GetTableCommand({ DatabaseName, Name: TableName }));
        const subject = `${DatabaseName}.${TableName}`;
        const found = (Table?.StorageDescriptor?.Columns ?? []).map(
          ({ Name = '', Type = '' }) => `${Name} ${Type}`,
        );
        const expected = dataset.columns.map(
          ({ name, type }) => `${name} ${glueType(type, dataset.source.native_types)}`,
        );
        const missing = expected.filter((column) => !found.includes(column));
        const extra = found.filter((column) => !expected.includes(column));
        if (missing.length === 0 && extra.length === 0) {
          return [{ subject, text: `it has the ${expected.length} columns of datasets/${dataset.name}.yml` }];
        }
        const text = [
          ...(missing.length > 0 ? [`lacks ${missing.join(', ')}`] : []),
          ...(extra.length > 0 ? [`has ${extra.join(', ')}, which the dataset does not have`] : []),
        ].join('; ');
        return [{ subject, text: `it ${text}`, fix: redeploy(site) }];
      }),
    );
  },
};
