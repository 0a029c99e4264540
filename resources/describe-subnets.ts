import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest, parseUrl } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import { XMLParser } from 'fast-xml-parser';
import { text } from 'node:stream/consumers';
import type { Subnet } from './subnets';

/** The settings of the clients of the Serverless Framework. */
interface ClientConfig {
  readonly region: string;
  readonly credentials: ConstructorParameters<typeof SignatureV4>[0]['credentials'];
  readonly requestHandler: {
    handle(request: HttpRequest): Promise<{ readonly response: { readonly body?: unknown } }>;
  };
}

interface Item {
  readonly subnetId: string;
  readonly vpcId: string;
  readonly availabilityZone: string;
  readonly availableIpAddressCount: string;
}
interface Answer {
  readonly DescribeSubnetsResponse?: { readonly subnetSet?: '' | { readonly item: readonly Item[] } };
  readonly Response?: {
    readonly Errors?: { readonly Error?: { readonly Code: string; readonly Message: string } };
  };
}

/** Numbers stay text, and a list of one stays a list. */
const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === 'item' });

/**
 * Describes subnets. EC2's client of the SDK would be the largest dependency of all for this one call, so the call is
 * made with the parts of the SDK that every client has.
 * Source: Amazon EC2 API Reference, "DescribeSubnets".
 * @param asked their ids. Empty: the default subnets of the default VPC.
 * @throws Error whose name is EC2's code, for example InvalidSubnetID.NotFound or UnauthorizedOperation.
 */
export async function describeSubnets(
  { region, credentials, requestHandler }: ClientConfig,
  asked: readonly string[],
): Promise<readonly Subnet[]> {
  const which =
    asked.length === 0
      ? { 'Filter.1.Name': 'default-for-az', 'Filter.1.Value.1': 'true' }
      : Object.fromEntries(asked.map((id, index) => [`SubnetId.${index + 1}`, id]));
  const { AWS_ENDPOINT_URL_EC2, AWS_ENDPOINT_URL } = process.env;
  const endpoint = parseUrl(
    AWS_ENDPOINT_URL_EC2 ?? AWS_ENDPOINT_URL ?? `https://ec2.${region}.amazonaws.com`,
  );
  const request = new HttpRequest({
    ...endpoint,
    method: 'POST',
    headers: {
      host: endpoint.hostname + (endpoint.port === undefined ? '' : `:${endpoint.port}`),
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    },
    body: new URLSearchParams({ Action: 'DescribeSubnets', Version: '2016-11-15', ...which }).toString(),
  });
  const signer = new SignatureV4({ service: 'ec2', region, credentials, sha256: Sha256 });
  const { response } = await requestHandler.handle(HttpRequest.clone(await signer.sign(request)));
  const answer = parser.parse(await text(response.body as AsyncIterable<Uint8Array>)) as Answer;
  const subnets = answer.DescribeSubnetsResponse;
  if (subnets === undefined) {
    const { Code = 'UnknownError', Message = 'EC2 gave no answer that can be read' } =
      answer.Response?.Errors?.Error ?? {};
    throw Object.assign(new Error(Message), { name: Code });
  }
  return (subnets.subnetSet || { item: [] }).item.map((item) => ({
    id: item.subnetId,
    vpc: item.vpcId,
    zone: item.availabilityZone,
    freeAddresses: Number(item.availableIpAddressCount),
  }));
}
