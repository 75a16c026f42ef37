"""Pages of orders as servers give them, and what may become of one."""

import json
import random

INCH, CAFE = '27" wide', 'caf\u00e9 \u0645\u062d\u0645\u062f \U0001f4a9'
TEXTS = ['', 'a', INCH, CAFE, 'back\\slash', 'line\nfeed\t', '}{][,:"', '\\"',
         '\u2028', 'null', 'true', '157', '-0', '1e3', '0012', ' 12', 'NaN',
         '12.50', '\ufffd', '\x7f', "O'Brien", '\\u0041', 'ord_123456']
NUMBERS = ['0', '-0', '1', '157', '157.0', '1.57e2', '157.5', '-3', '0.10',
           '12345678901234567890.123456789', '9223372036854775807',
           '9223372036854775808', '-9223372036854775808', '1e400', '1E-20',
           '1e200000', '1e-20000', '0e5', '123456789012345', '99999.990']
TIMES = ['2024-01-22T05:07:31.465Z', '2024-01-22T05:07:31', '2024-02-30',
         '2024-02-29', '2024-03-10T00:00:00+05:30', '2024-01-22 05:07Z',
         '2024-01-22T05:07:31.1234567Z', '0001-01-01T00:00:00+14:00',
         '9999-12-31T23:59:60-1130', '22.01.2024', '2024-01-22T24:00:00Z',
         'infinity', 'now', '2024-01-22T05:07:31,5-0500']
STATUSES = ['pending', 'completed', 'fulfilled', 'returned', 'PENDING', 'odd']


class Raw(str):
    """Text that is JSON already."""


class Members(list):
    """Members of an object, of which several may have one name."""


class Pages:
    """Makes pages, with a generator of numbers of its own."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def scalar(self):
        pick = self.random
        return pick.choice((
            lambda: pick.choice(TEXTS), lambda: Raw(pick.choice(NUMBERS)),
            lambda: pick.choice(TIMES), lambda: None, lambda: True,
            lambda: Raw(str(pick.randrange(10 ** 6)))))()

    def anything(self, depth=3):
        pick = self.random
        kind = pick.randrange(8) if depth else 9
        if kind == 0:
            return [self.anything(depth - 1) for _ in range(pick.randrange(4))]
        if kind == 1:
            return {pick.choice(TEXTS + ['a', 'b', 'c']):
                    self.anything(depth - 1) for _ in range(pick.randrange(4))}
        return self.scalar()

    def some(self, record, choices):
        """Gives a record some of the members that it may have."""
        for name, make in choices.items():
            if self.random.random() < 0.6:
                record[name] = (make() if self.random.random() < 0.93
                                else self.anything())
        return record

    def number(self):
        text = self.random.choice(NUMBERS)
        return text if self.random.random() < 0.2 else Raw(text)

    def amount(self):
        return Raw('%d.%02d' % (self.random.randrange(1000),
                                self.random.randrange(100)))

    def text(self):
        return self.random.choice(TEXTS)

    def time(self):
        return self.random.choice(TIMES)

    def address(self):
        return self.some({}, {
            'street': lambda: 'Unit 1, 15" rack', 'city': self.text,
            'type': lambda: self.random.choice(['shipping', 'home', None]),
            'postal_code': self.scalar, 'rootfi_id': self.number,
            'ordinal': lambda: Raw(self.random.choice('12')),
            'geo': self.anything})

    def line_item(self):
        return self.some({}, {
            'rootfi_id': self.number, 'name': lambda: 'Monitor 27"',
            'quantity': self.amount, 'unit_amount': self.number,
            'total_amount': self.amount, 'description': self.text,
            'tags': self.anything, 'rootfi_company_id': self.number})

    def transaction(self):
        return self.some({}, {
            'rootfi_id': self.number, 'type': lambda: 'REFUND',
            'amount': self.number, 'created_at': self.time,
            'gateway': self.text, 'extra': self.anything})

    def fulfillment(self):
        return self.some({}, {
            'rootfi_id': self.number, 'name': self.text,
            'line_items': lambda: self.several(self.line_item),
            'addresses': lambda: self.several(self.address),
            'weight': self.number, 'updated_at': self.time})

    def several(self, make):
        return [make() for _ in range(self.random.randrange(4))]

    def order(self, number):
        pick = self.random
        order = {'rootfi_id': Raw(str(number))}
        if pick.random() < 0.2:
            order['rootfi_id'] = pick.choice(
                [str(number), Raw('%d.0' % number), Raw('157')])
        if pick.random() < 0.9:
            order['rootfi_company_id'] = Raw('1089')
        if pick.random() < 0.1:
            order[pick.choice(['rootfi_id', 'rootfi_company_id'])] = (
                pick.choice([None, '', 'x', Raw('1.5'), Raw('1e400'), {}, [7],
                             True, '1089 ']))
        if pick.random() < 0.03:
            del order['rootfi_id']
        self.some(order, {
            'rootfi_created_at': self.time, 'rootfi_updated_at': self.time,
            'platform_id': self.text, 'raw_data': self.anything,
            'customer_id': self.scalar, 'contact_id': self.text,
            'status': lambda: pick.choice(STATUSES + [None]),
            'order_status': lambda: pick.choice(STATUSES),
            'total_amount': self.amount, 'total_discount': self.number,
            'total_tax': self.number, 'tax_amount': self.number,
            'created_at': self.time, 'updated_at': self.time,
            'line_items': lambda: self.several(self.line_item),
            'addresses': lambda: self.several(self.address),
            'fulfillments': lambda: self.several(self.fulfillment),
            'transactions': lambda: self.several(self.transaction),
            'is_paid': lambda: pick.choice([True, False, 'true']),
            'address': self.address, 'notes': self.anything})
        if pick.random() < 0.1:
            order[pick.choice(['shipping_address', 'billing_address'])] = (
                self.address())
        return order

    def write(self, value, around=False):
        """JSON of a value; sometimes with blanks or with needless escapes."""
        blank = self.random.choice(('', '', ' ', '\n\t')) if around else ''
        if isinstance(value, Raw):
            return value
        if isinstance(value, dict):
            value = Members(value.items())
        if isinstance(value, Members):
            return '{' + blank + ','.join(
                '%s%s:%s%s' % (self.write(name), blank, blank,
                               self.write(v, around))
                for name, v in value) + blank + '}'
        if isinstance(value, list):
            return '[' + blank + (blank + ',').join(
                self.write(v, around) for v in value) + blank + ']'
        return json.dumps(value, ensure_ascii=self.random.random() < 0.3)

    def page(self):
        """A page that is right."""
        pick = self.random
        orders = [self.order(157 + i) for i in range(
            pick.randrange(1, 5) if pick.random() < 0.9 else 12)]
        if pick.random() < 0.1:
            orders = [Members(list(order.items()) + [
                (pick.choice(list(order)), self.anything())])
                for order in orders]
        page = {'data': orders, 'next': None}
        if pick.random() < 0.15:
            page['next'] = pick.choice(
                ['', 'abc', Raw('7'), True, False, [], {}, Raw('0')])
        if pick.random() < 0.3:
            page['total_count'] = pick.choice(
                [Raw(str(len(orders))), str(len(orders)), None, Raw('0'),
                 Raw('-1'), Raw('1.5'), 'many', [], Raw('500')])
        return self.write(page, pick.random() < 0.3).encode(
            'utf-8', 'surrogatepass')

    # What may become of a page on its way.

    def at(self, body, characters=None):
        """A place in the body, that of one of some characters if it can be."""
        places = characters and [i for i, c in enumerate(body)
                                 if c in characters]
        return (self.random.choice(places) if places
                else self.random.randrange(len(body) + 1))

    def replace(self, body, place, new, length=1):
        return body[:place] + new + body[place + length:]

    def instead(self, body, olds, news):
        """One of some texts in the body is replaced by another."""
        old = self.random.choice([o for o in olds if o in body] or [b''])
        places, place = [], body.find(old)
        while old and place >= 0:
            places.append(place)
            place = body.find(old, place + 1)
        place = self.random.choice(places) if places else len(body)
        return self.replace(body, place, self.random.choice(news), len(old))

    def mutate(self, body):
        pick = self.random
        place, other = sorted((self.at(body), self.at(body)))
        kind = pick.randrange(17)
        if kind == 0:
            return self.replace(body, place, b'', pick.randrange(1, 4))
        if kind == 1:
            return self.replace(body, place, bytes([pick.randrange(256)]), 0)
        if kind == 2:
            flipped = body[place:place + 1] or b'{'
            return self.replace(body, place,
                                bytes([flipped[0] ^ 1 << pick.randrange(8)]))
        if kind in (3, 4):
            return self.replace(body, self.at(body, b'\\'), b'')
        if kind == 5:
            for _ in range(2):
                body = self.replace(body, self.at(body, b'\\'), b'')
            return body
        if kind == 6:
            return self.replace(body, self.at(body, b'"'), b'')
        if kind in (7, 8):
            return self.replace(body, self.at(body, b'{}[]'),
                                pick.choice((b'{', b'}', b'[', b']')))
        if kind == 9:
            return body[:place]
        if kind == 10:
            return body[:other] + body[place:min(other, place + 300)] + body[other:]
        if kind == 11:
            return self.instead(body, (b'null', b'true', b'157', b'"a"', b'[]'),
                                (b'NaN', b'Infinity', b'-', b'01', b'1.', b'.5',
                                 b'+1', b'0x10', b'1e', b'[]', b'{}', b'[1]',
                                 b'5', b'"\\x"', b'TRUE', b"'a'", b'1_0',
                                 b'null', b'\xd9\xa3', b'[{}]', b'', b'1e5'))
        if kind == 12:
            return b'\xef\xbb\xbf' * pick.randrange(1, 3) + body
        if kind == 13:
            return self.replace(body, place, pick.choice(
                (b'\xff', b'\xc3', b'\xed\xa0\x80', b'\xf4\x90\x80\x80',
                 b'\xc0\x80', b'\xe2\x82', b'\0')), 0)
        if kind == 14:
            return self.instead(body, (b'a', b'"', b'e'), (
                b'\\u0000', b'\\ud800', b'\\udc00\\ud800', b'\\ud83d\\ude00',
                b'\\u12', b'\n', b'\x01', b'\\u000g', b'\\/'))
        if kind == 15:
            depth = pick.choice((3, 100, 2000))
            both = pick.random() < 0.7
            return self.instead(body, (b'null', b'true', b'157'), (
                b'[' * depth + b']' * depth * both,
                b'{"a":' * depth + b'1' + b'}' * depth * both))
        return self.replace(body, self.at(body, b',:'), pick.choice(
            (b',,', b'', b':', b';', b', ', b'//,')))

    def next(self):
        """The next page, mutated or not."""
        body = self.page()
        while self.random.random() < 0.6:
            body = self.mutate(body)
        return body


def long_pages():
    """Pages of a length that shows what takes time by its square."""
    for text in (b'caf\xe9 ' * 1000000, b'\xff' * 8000000):
        yield b'{"data": [{"rootfi_id": 1, "status": "%s"}]}' % text
