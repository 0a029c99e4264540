import { DescribeDeliveryStreamCommand, type DeliveryStreamDescription } from '@aws-sdk/client-firehose';
import { GetTableCommand } from '@aws-sdk/client-glue';
import { glueType } from '../../core/column-types';
import type { Dataset } from '../../core/dataset';
import { firehosePrefix } from '../../core/prefix';
import { stackNameOf } from '../shared/connect-stage';
import type { Check, Failed, Passed } from './finding';
import type { Site } from './site';

const streamed = ({ connection }: Site): readonly Dataset[] =>
  connection.datasets.filter(({ source }) => source.stream === 'firehose');

async function described({ connection }: Site, dataset: Dataset): Promise<DeliveryStreamDescription> {
  const { DeliveryStreamDescription: stream } = await connection.firehose.send(
    new DescribeDeliveryStreamCommand({ DeliveryStreamName: connection.streamOf(dataset) }),
  );
  if (!stream) throw new Error(`Firehose tells nothing of ${connection.streamOf(dataset)}`);
  return stream;
}

/** A deployment changes what the template changes, and does not see what was changed by hand. */
const deployAgain = ({ connection: { stage, region } }: Site): string =>
  `Deploy again, so that stream and table are those of the dataset file: npx serverless deploy --stage ${stage} --region ${region}. ` +
  'If that changes nothing, it was changed by hand, and is to be set back so: ' +
  `aws cloudformation detect-stack-drift --region ${region} --stack-name ${stackNameOf(stage)} shows where.`;

export const streamPrefix: Check = {
  title: 'stream writes where the dataset reads',
  needs: 'firehose:DescribeDeliveryStream',
  async run(site) {
    const found = await Promise.all(
      streamed(site).map(async (dataset) => {
        const stream = await described(site, dataset);
        const [destination] = stream.Destinations ?? [];
        const s3 = destination?.ExtendedS3DestinationDescription;
        const { source } = dataset;
        const compare = (what: string, is: string | undefined, should: string): Passed | Failed =>
          is === should
            ? { subject: stream.DeliveryStreamName ?? '', text: `${what} is ${should}` }
            : {
                subject: stream.DeliveryStreamName ?? '',
                text: `${what} is ${is ?? 'not set'}, and datasets/${dataset.name}.yml says ${should}`,
                fix: deployAgain(site),
              };
        return [
          compare('its status', stream.DeliveryStreamStatus, 'ACTIVE'),
          compare('its bucket', s3?.BucketARN?.replace(/^arn:[^:]+:s3:::/, ''), site.connection.bucket),
          compare('its prefix', s3?.Prefix, firehosePrefix(source.prefix)),
          compare('its error prefix', s3?.ErrorOutputPrefix, firehosePrefix(source.error_prefix)),
        ];
      }),
    );
    return found.flat();
  },
};

export const glueColumns: Check = {
  title: 'Glue table has the dataset’s columns',
  needs: 'firehose:DescribeDeliveryStream and glue:GetTable',
  async run(site) {
    return Promise.all(
      streamed(site).map(async (dataset) => {
        const [destination] = (await described(site, dataset)).Destinations ?? [];
        const { DatabaseName, TableName } =
          destination?.ExtendedS3DestinationDescription?.DataFormatConversionConfiguration
            ?.SchemaConfiguration ?? {};
        const { Table } = await site.glue.send(new GetTableCommand({ DatabaseName, Name: TableName }));
        const subject = `${DatabaseName}.${TableName}`;
        const found = (Table?.StorageDescriptor?.Columns ?? []).map(
          ({ Name = '', Type = '' }) => `${Name} ${Type}`,
        );
        const expected = dataset.columns.map(({ name, type }) => `${name} ${glueType(type)}`);
        const missing = expected.filter((column) => !found.includes(column));
        const extra = found.filter((column) => !expected.includes(column));
        if (missing.length === 0 && extra.length === 0) {
          return { subject, text: `it has the ${expected.length} columns of datasets/${dataset.name}.yml` };
        }
        const text = [
          ...(missing.length > 0 ? [`lacks ${missing.join(', ')}`] : []),
          ...(extra.length > 0 ? [`has ${extra.join(', ')}, which the dataset has not`] : []),
        ].join('; ');
        return { subject, text: `it ${text}`, fix: deployAgain(site) };
      }),
    );
  },
};
