import { NodeHttpHandler } from '@smithy/node-http-handler';
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describeSubnets } from '../../resources/describe-subnets';

const SECRET = 'a secret';
const hmac = (key: string | Buffer, value: string) => createHmac('sha256', key).update(value).digest();
const hash = (value: string) => createHash('sha256').update(value).digest('hex');

/** Verifies a request as AWS does. Source: IAM User Guide, "AWS Signature Version 4 for API requests". */
function isSigned({ headers, method, url }: IncomingMessage, body: string): boolean {
  const [, scope = '', signed = '', signature] =
    /Credential=[^/]+\/(\S+), SignedHeaders=(\S+), Signature=(\w+)/.exec(headers.authorization ?? '') ?? [];
  const lines = signed.split(';').map((name) => `${name}:${String(headers[name])}\n`);
  const canonical = [method, url, '', lines.join(''), signed, hash(body)].join('\n');
  const key = scope
    .split('/')
    .reduce<string | Buffer>((previous, part) => hmac(previous, part), `AWS4${SECRET}`);
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, hash(canonical)].join('\n');
  return scope.endsWith('/eu-west-1/ec2/aws4_request') && hmac(key, toSign).toString('hex') === signature;
}

let server: Server;
beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      response.statusCode = isSigned(request, body) ? 200 : 403;
      const item =
        '<item><subnetId>subnet-0a1b2c3d</subnetId><vpcId>vpc-1</vpcId><availabilityZone>eu-west-1a</availabilityZone><availableIpAddressCount>9</availableIpAddressCount></item>';
      response.end(
        response.statusCode === 200
          ? `<DescribeSubnetsResponse><subnetSet>${item}</subnetSet></DescribeSubnetsResponse>`
          : '<Response><Errors><Error><Code>AuthFailure</Code><Message>AWS was not able to validate the provided access credentials</Message></Error></Errors></Response>',
      );
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.env.AWS_ENDPOINT_URL_EC2 = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  delete process.env.AWS_ENDPOINT_URL_EC2;
  server.close();
});

const describeWith = (secretAccessKey: string) =>
  describeSubnets(
    {
      region: 'eu-west-1',
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey, sessionToken: 'a token' },
      requestHandler: new NodeHttpHandler(),
    },
    ['subnet-0a1b2c3d'],
  );

test('the request is signed as EC2 expects it', async () => {
  expect(await describeWith(SECRET)).toEqual([
    { id: 'subnet-0a1b2c3d', vpc: 'vpc-1', zone: 'eu-west-1a', freeAddresses: 9 },
  ]);
});

test('an error has the code and the message of EC2', async () => {
  await expect(describeWith('another secret')).rejects.toMatchObject({
    name: 'AuthFailure',
    message: 'AWS was not able to validate the provided access credentials',
  });
});
