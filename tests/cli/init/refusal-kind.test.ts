import { refusalKind } from '../../../cli/init/refusal-kind';
import { transformRecord } from '../../../core/transform';
import { ordersDataset } from '../../core/orders';

const dataset = ordersDataset({
  columns: [
    { name: 'id', type: 'varchar(8)', required: true },
    { name: 'at', type: 'timestamp', required: true },
    { name: 'whole', type: 'integer' },
    { name: 'amount', type: 'decimal(10,2)' },
    { name: 'single', type: 'real' },
    { name: 'flag', type: 'boolean' },
    { name: 'born', type: 'date' },
    { name: 'code', type: 'char(2)' },
  ],
  target: { key: ['id'], event_time: 'at' },
});

function kindOf(text: string): string {
  const refused = transformRecord(dataset, Buffer.from(text));
  if (refused.accepted) throw new Error(`${text} is accepted`);
  return refusalKind(refused);
}

const event = (members: string) => `{"id":"a","at":0,${members}}`;

test.each([
  ['not a valid integer', event('"whole":"a is b"'), event('"whole":1.5')],
  ['out of the range of integer', event('"whole":2147483648'), event('"whole":-1e20')],
  [
    'not exact as a decimal(10,2): it has more than 2 decimals',
    event('"amount":1.234'),
    event('"amount":"0.001"'),
  ],
  ['not a number', event('"single":" is "'), event('"single":{}')],
  ['not a boolean (true or false)', event('"flag":1'), event('"flag":"true is true"')],
  ['not a date (2026-11-23)', event('"born":"2026-02-30"'), event('"born":"x is y"')],
  ['longer than the 2 bytes that are allowed', event('"code":"abc"'), event('"code":"what is it"')],
  ['longer than the 8 bytes that are allowed', '{"id":"aaaaaaaaa","at":0}', '{"id":"what is it","at":0}'],
  [
    'not a key that Redshift keeps apart from others: it ends with a blank',
    '{"id":"a ","at":0}',
    '{"id":"x is ","at":0}',
  ],
  ['missing', '{"at":0}', '{}'],
  ['null', '{"id":null,"at":0}', `${event('"whole":1')}{"id":null}`],
  ['not JSON', '{', '{"id":"a is b'],
  ['not a JSON object', '7', '"x is y"'],
  ['two attributes are named "id"', '{"id":"1","id":"2"}', `${event('"whole":1')}{"id":1,"id":2}`],
])('the same reason of two values is counted once: %s', (kind, first, second) => {
  expect([kindOf(first), kindOf(second)]).toEqual([kind, kind]);
});
