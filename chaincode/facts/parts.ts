/** What commands are made of: closed TypeBox schemas of codes, ids, keys and dates, the same in every noun. */
import Type from 'typebox';

export const closed = { additionalProperties: false } as const;
/** No control characters, and no lone surrogates: those have no canonical form, so nobody could sign them. */
export const text = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '^[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]+$' });
export const code = Type.String({ pattern: '^[A-Z0-9][A-Z0-9_-]{0,47}$' });
export const Uscc = Type.String({ pattern: '^[0-9A-Z]{18}$' });
export const TypeCode = Type.String({ pattern: '^[0-9A-Z]{21}$' });
export const LicenceIdText = Type.String({ pattern: '^[0-9A-Z]{21}\\.[0-9A-Z]{18}\\.[0-9A-Z]{20}$' });
export const DayText = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' });
export const InstantText = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$' });
/** 128 random bits, base64url. */
export const RandomId = Type.String({ pattern: '^[A-Za-z0-9_-]{21}[AQgw]$' });
export const Sha256 = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });
/** ECDSA P-256 in P1363 form, base64url. */
export const Signature = Type.String({ pattern: '^[A-Za-z0-9_-]{86}$' });
/** A P-256 SubjectPublicKeyInfo, base64url. */
export const Spki = Type.String({ pattern: '^[A-Za-z0-9_-]{122}$' });
export const Subject = Type.String({ pattern: '^(uscc:[0-9A-Z]{18}|person:[A-Za-z0-9_-]{22})$' });
export const FieldName = Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,39}$' });
export const Label = Type.Object({ zh: text(64), en: text(96) }, closed);
export const literals = <const T extends string>(values: readonly T[]) => Type.Unsafe<T>(Type.Enum([...values]));
export const VersionNumber = Type.Integer({ minimum: 1, maximum: 999 });
export const EventNumber = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
export const DOCUMENT_NUMBER_MAX = 64;
export const DocumentNumber = text(DOCUMENT_NUMBER_MAX);
/** What a field of a face or of a form is. */
export const fieldParts = {
  name: FieldName, label: Label,
  type: literals(['text', 'long-text', 'day', 'term', 'uscc', 'citizen-id', 'choice', 'list']),
  required: Type.Boolean(), disclosure: literals(['public', 'holder', 'restricted']), max: Type.Integer({ minimum: 1, maximum: 4000 }),
  choices: Type.Optional(Type.Array(text(64), { minItems: 1, maxItems: 64 })),
};
