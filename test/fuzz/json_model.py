"""What the documents promise of an answer: JSON text to rows, written anew.

Nothing here is taken from the extension: Python's parser, kept to RFC 8259,
says what is JSON, and the rules of doc/reference.md say what becomes of it.
"""

import codecs
import json
import re
from decimal import Decimal

MAX_NESTING = 512


class Refused(Exception):
    """The answer must be refused, with SQLSTATE RFP01."""


class Number(str):
    """A number of JSON, as it was written."""


class AnyText:
    """Equal to any string: jsonb cannot hold the value, its text is kept."""

    def __eq__(self, other):
        return type(other) is str

    def __repr__(self):
        return '<its text>'


def replace_byte(error):
    return '\ufffd', error.start + 1


codecs.register_error('rootfi', replace_byte)


def refuse_constant(name):
    raise Refused(name)


class Overridden(dict):
    """An object with a member, overridden by a later one, that jsonb cannot
    hold: so it does not hold the object either."""


def make_object(members):
    members = [(clean(name), value) for name, value in members]
    value = dict(members)
    if len(value) < len(members) and not all(holds(v) for _, v in members):
        value = Overridden(value)
    return value


decode = json.JSONDecoder(parse_int=Number, parse_float=Number,
                          parse_constant=refuse_constant,
                          object_pairs_hook=make_object, strict=True).decode


def clean(text):
    """What text cannot hold becomes U+FFFD, character by character."""
    return re.sub('[\0\ud800-\udfff]', '\ufffd', text)


def clean_value(value, depth=1):
    if depth > MAX_NESTING + 1:
        raise Refused('nesting')
    if type(value) is str:
        return clean(value)
    if isinstance(value, dict):
        return type(value)((name, clean_value(v, depth + 1))
                           for name, v in value.items())
    if isinstance(value, list):
        return [clean_value(v, depth + 1) for v in value]
    return value


def parse(body):
    """The value of a text, or Refused."""
    if body.startswith(codecs.BOM_UTF8):
        body = body[3:]
    text = body.decode('utf-8', 'rootfi').replace('\0', '\ufffd')
    try:
        return clean_value(decode(text))
    except (ValueError, RecursionError) as error:
        raise Refused(str(error)) from None


# Scalars as columns: each reader returns None for what does not fit.

def numeric_holds(text):
    whole, fraction, exponent = re.fullmatch(
        r'-?(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?', text).groups()
    exponent = int(exponent or 0)
    return (abs(exponent) <= 1000000
            and len(whole) + exponent <= 131072
            and len(fraction or '') - exponent <= 16383)


def token(value):
    """The text of a scalar, None for others."""
    if isinstance(value, bool):
        return 'true' if value else 'false'
    return str(value) if isinstance(value, str) else None


def is_number(text):
    return re.fullmatch(r'-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?',
                        text) and numeric_holds(text)


def read_numeric(value):
    text = token(value)
    return Decimal(text) if text is not None and is_number(text) else None


def read_integer(value, bits=64):
    text = token(value)
    if text is None:
        return None
    if re.fullmatch('[0-9]{1,18}', text):
        number = int(text)
    else:
        if not is_number(text) or Decimal(text).adjusted() > 30:
            return None
        digits = Decimal(text).as_tuple()
        kept = ''.join(map(str, digits.digits))
        if digits.exponent < 0:
            if kept[digits.exponent:].strip('0'):
                return None
            number = int(kept[:digits.exponent] or 0)
        else:
            number = int(kept) * 10 ** digits.exponent
        number = -number if digits.sign else number
    return number if -2 ** (bits - 1) <= number < 2 ** (bits - 1) else None


def days(year, month, day):
    """Days since 0000-03-01 of the Gregorian calendar."""
    year -= month <= 2
    return (365 * year + year // 4 - year // 100 + year // 400
            + (153 * ((month + 9) % 12) + 2) // 5 + day - 1)


TIME = re.compile(
    r'([0-9]{4})-([0-9]{2})-([0-9]{2})'
    r'(?:[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?'
    r'(?:[Zz]|([-+])([0-9]{2})(?::?([0-9]{2})|:)?)?)?')


def read_time(value):
    """Microseconds, of a point in time; UTC where nothing else is said."""
    match = TIME.fullmatch(value) if type(value) is str else None
    if not match:
        return None
    year, month, day, hour, minute, second = (int(x or 0)
                                              for x in match.groups()[:6])
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    lengths = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    east, minutes_east = int(match[9] or 0), int(match[10] or 0)
    if (year < 1 or not 1 <= month <= 12 or not 1 <= day <= lengths[month - 1]
            or hour > 23 or minute > 59 or second > 60
            or east > 15 or minutes_east > 59):
        return None
    fraction = match[7] or ''
    micros = int(fraction[:6].ljust(6, '0')) + (fraction[6:7] >= '5')
    offset = (east * 60 + minutes_east) * (-1 if match[8] == '-' else 1)
    return micros + 1000000 * (
        ((days(year, month, day) * 24 + hour) * 60 + minute - offset) * 60
        + second)


def read_shown_time(text):
    """The same of a time as PostgreSQL writes it into JSON, in UTC."""
    date, time = text.removesuffix(' BC').split('T')
    year, month, day = map(int, date.split('-'))
    hour, minute, second = time.removesuffix('+00:00').split(':')
    if text.endswith(' BC'):
        year = 1 - year
    return int(Decimal(second) * 1000000) + 60000000 * (
        (days(year, month, day) * 24 + int(hour)) * 60 + int(minute))


def holds(value):
    """Can jsonb hold the value?"""
    if isinstance(value, Number):
        return numeric_holds(value)
    if isinstance(value, dict):
        return (not isinstance(value, Overridden)
                and all(map(holds, value.values())))
    return not isinstance(value, list) or all(map(holds, value))


def plain(value):
    """A value of jsonb as it is compared: numbers are exact."""
    if isinstance(value, Number):
        return Decimal(value)
    if isinstance(value, dict):
        return {name: plain(v) for name, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value


def in_extra(value):
    """A value in "extra": as jsonb, or its text."""
    if holds(value):
        return plain(value)
    return str(value) if isinstance(value, Number) else AnyText()


READERS = {
    'bigint': read_integer,
    'integer': lambda value: read_integer(value, 32),
    'numeric': read_numeric,
    'text': token,
    'boolean': lambda value: {'true': True, 'false': False}.get(token(value)),
    'timestamptz': read_time,
    'jsonb': lambda value: plain(value) if holds(value) else None,
}


def shown(row, columns):
    """A row as row_to_json() writes it, to be compared."""
    return {name: read_shown_time(value)
            if value is not None and columns.get(name) == 'timestamptz'
            else plain(value) for name, value in row.items()}


# What answers may call a column of an order, and which values count.
ALIASES = (
    ('customer_id', 'contact_id', None),
    ('total_tax', 'tax_amount', None),
    ('status', 'order_status',
     'pending processing completed canceled cancelled on_hold unknown'),
    ('fulfillment_status', 'order_status',
     'unfulfilled partially_fulfilled fulfilled returned'),
)


def make_row(record, columns, fixed=(), claimed=(), aliases=()):
    """The row of an object.

    columns are name: type, "extra" not among them; fixed are columns whose
    values are set; claimed members go elsewhere.
    """
    row, extra = dict.fromkeys(columns), {}
    for name, value in record.items():
        if name in claimed:
            continue
        if name not in columns:
            extra[name] = in_extra(value)
            continue
        if value is None:
            continue
        read = READERS[columns[name]](value)
        if name in fixed:
            if read != fixed[name]:
                extra[name] = in_extra(value)
            continue
        if read is None:
            extra[name] = in_extra(value)
        row[name] = read
    row.update(fixed)
    for name, member, words in aliases:
        value = record.get(member)
        if row[name] is None and value is not None and (
                words is None or (token(value) or '').lower() in words.split()):
            row[name] = READERS[columns[name]](value)
    row['extra'] = extra or None
    return row


# The orders, as \d rootfi_order shows them.

RECORD = {
    'rootfi_id': 'bigint', 'rootfi_created_at': 'timestamptz',
    'rootfi_updated_at': 'timestamptz', 'rootfi_company_id': 'bigint',
    'platform_id': 'text', 'platform_unique_id': 'text',
    'rootfi_deleted_at': 'timestamptz', 'raw_data': 'jsonb',
    'data_hash': 'text',
}
LISTS = ('line_items', 'addresses', 'fulfillments', 'transactions')
STRAYS = {'addresses': (('shipping_address', 'shipping'),
                        ('billing_address', 'billing'))}
ALL_STRAYS = ('shipping_address', 'billing_address')


def read_page(body):
    """What a page says: records, total (None if unknown), another page?"""
    value = parse(body)
    if isinstance(value, list):
        return value, None, False
    if not isinstance(value, dict) or 'rootfi_id' in value:
        raise Refused('no list')
    records = value.get('data')
    if not isinstance(records, list):
        raise Refused('no list')
    following = value.get('next')
    if following is not None and type(following) is not str:
        raise Refused('next')
    return records, read_integer(value.get('total_count')), bool(following)


def objects(records):
    for record in records:
        if not isinstance(record, dict):
            raise Refused('no object')
    return records


def typed_rows(records, columns, aliases=ALIASES):
    return [make_row(record, columns, aliases=aliases)
            for record in objects(records)]


def is_list(value):
    """Is it one object, a list of them, or nothing?"""
    if isinstance(value, list):
        return all(x is None or isinstance(x, dict) for x in value)
    return value is None or isinstance(value, dict)


def objects_of(value):
    """The objects of a list, or the one in its place; {} there is none."""
    if isinstance(value, list):
        return [x for x in value if isinstance(x, dict)]
    return [value] if value and isinstance(value, dict) else []


def children(record, member):
    """The objects of a list inside a record, with the type of strays."""
    places = ((member, None),) + STRAYS.get(member, ())
    return [(child, kind) for name, kind in places
            for child in objects_of(record.get(name))]


def copied(records, tables, company):
    """The rows of all tables after a sync, or Refused.

    tables are name: columns; the records' own is "orders".  A record without
    its key is left out, unless no record has one, or more than ten have none
    and more than one in ten.
    """
    latest, keyless = {}, 0
    for place, record in enumerate(objects(records)):
        record = dict(record)
        if record.get('rootfi_company_id') is None:
            record['rootfi_company_id'] = Number(company)
        key = (read_integer(record['rootfi_company_id']),
               read_integer(record.get('rootfi_id')))
        if None in key:
            keyless += 1
            continue
        age = read_time(record.get('rootfi_updated_at'))
        rank = (age is not None, age or 0, place)
        if key not in latest or latest[key][0] < rank:
            latest[key] = (rank, record)
    if keyless and (keyless == len(records)
                    or keyless > max(10, len(records) // 10)):
        raise Refused('no key')
    result = {name: [] for name in tables}
    for (company_id, rootfi_id), (_, record) in latest.items():
        claimed = [m for m in LISTS + ALL_STRAYS if is_list(record.get(m))]
        result['orders'].append(make_row(record, tables['orders'],
                                         claimed=claimed, aliases=ALIASES))
        for member in LISTS:
            name = 'order_' + member
            for place, (child, kind) in enumerate(children(record, member)):
                row = make_row(child, tables[name], fixed={
                    'rootfi_company_id': company_id,
                    'order_rootfi_id': rootfi_id, 'ordinal': place + 1})
                if kind and row['type'] is None:
                    row['type'] = kind
                result[name].append(row)
    return result
