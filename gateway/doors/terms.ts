/** Terms of licences: which end soon, which have lapsed; a feed of reminders for programs. */
import Type from 'typebox';
import { feedAgencyOf, sessionOf } from '../access.js';
import type { TermView as TermViewValue } from '../acts/office/terms.js';
import { TERM_MARKS } from '../acts/office/terms.js';
import type { Door } from '../app.js';
import { GatewayFault } from '../fault.js';

const closed = { additionalProperties: false } as const;
const LIST_MAX = 200;
/** Ten years: longer terms end with nobody here. */
const Days = Type.String({ pattern: '^(0|[1-9]\\d{0,2}|[12]\\d{3}|3[0-5]\\d{2}|36[0-4]\\d|3650)$' });
const Label = Type.Object({ zh: Type.String(), en: Type.String() });
const TermView = Type.Unsafe<TermViewValue>(Type.Object({
  cursor: Type.String(), licence: Type.String(), identifier: Type.String(), kind: Label, holderName: Type.Optional(Type.String()), number: Type.Optional(Type.String()), validUntil: Type.String(),
  daysLeft: Type.Integer({ description: 'below nought: lapsed so many days ago' }), mark: Type.Optional(Type.Enum([...TERM_MARKS])), status: Type.String(), renewable: Type.Boolean(),
}));
/** A feed reader asks every few minutes. */
const FEED_LIMIT = { max: 60, timeWindow: 60_000 };

export const termsDoor: Door = async (app, { services: { terms }, limits }) => {
  const tags = ['terms'];

  app.get('/api/terms', { config: { access: 'signed-in' }, schema: { tags, summary: 'Licences of the agency that end within so many days, the next first; or that have lapsed within so many, the last first', querystring: Type.Object({ within: Type.Optional(Days), lapsed: Type.Optional(Days), limit: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,2}$' })), after: Type.Optional(Type.String({ maxLength: 90, description: 'cursor of the last one seen' })) }, closed), response: { 200: Type.Object({ terms: Type.Array(TermView) }) } } }, async (request) => {
    const { within, lapsed, limit, after } = request.query;
    if (within !== undefined && lapsed !== undefined) throw new GatewayFault('REQUEST_MALFORMED', { fields: [{ field: 'lapsed', code: 'FIELD_UNEXPECTED' }] });
    const page = { limit: Math.min(LIST_MAX, Number(limit ?? 100)), after };
    const { agency } = sessionOf(request);
    return { terms: lapsed === undefined ? await terms.within(agency, Number(within ?? TERM_MARKS[0]), page) : await terms.lapsed(agency, Number(lapsed), page) };
  });

  app.get('/api/terms/feed', { config: { access: 'feed', ...limits(FEED_LIMIT) }, schema: { tags, summary: 'Reminders of the agency as they came up (JSON Feed 1.1); by a session, or by the token of the operator\'s file' } }, async (request, reply) =>
    reply.type('application/feed+json; charset=utf-8').send(JSON.stringify(await terms.feed(feedAgencyOf(request)))));
};
