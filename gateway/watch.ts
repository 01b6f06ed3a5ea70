/** Puts the alarms together: what is looked at, and who is told. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { instantOf } from '#chaincode/facts/calendar';
import type { Ledger } from '#network/ledger';
import { Alarms } from './acts/audit/alarm.js';
import type { Drafter } from './acts/licence/draft.js';
import type { HeadSending } from './acts/evidence/head-sending.js';
import type { Managers } from './ledger/managers.js';
import { Book } from './alarms/book.js';
import { Endings, type Broken, type Ending } from './alarms/endings.js';
import { LateSupervision, OverdueConditions } from './alarms/overdue.js';
import { Reading } from './alarms/reading.js';
import { Sequence } from './alarms/sequence.js';
import { ALARM_SETTINGS, type AlarmSettings } from './alarms/settings.js';
import { HeadsForked, HeadsSent, HooksDown, ProjectionLag } from './alarms/standing.js';
import { messagesFor } from './alarms/telling.js';
import { Watch } from './alarms/watch.js';
import type { Clock } from './clock.js';
import { connectionCertificates, hostedIdentities } from './hosted.js';
import type { Accounts } from './identity/accounts.js';
import { authorityCertificate } from './ledger/open.js';
import type { Projection } from './ledger/projection.js';
import type { Submitter } from './ledger/submit.js';
import type { Hooks } from './notices/hooks.js';
import type { NoticeSettings } from './notices/settings.js';
import type { Seals } from './seals/seals.js';
import type { UseLog } from './uses/log.js';
import type { Level } from 'level';

export interface AlarmServices {
  readonly alarms: Alarms;
  readonly alarmBook: Book;
  readonly watch: Watch;
}

export interface WatchingParts {
  readonly data: string;
  readonly desk: Level<string, string>;
  readonly clock: Clock;
  readonly publicName: string;
  readonly ledger: Ledger;
  readonly projection: Projection;
  readonly submitter: Pick<Submitter, 'identities'>;
  readonly managers: Managers;
  readonly seals: Pick<Seals, 'ending'>;
  readonly useLog: UseLog;
  readonly headSending: HeadSending;
  readonly hooks: Hooks;
  readonly drafter: Pick<Drafter, 'zone'>;
  readonly accounts: Accounts;
  readonly notices?: NoticeSettings | undefined;
  readonly settings?: AlarmSettings | undefined;
  /** File of the gateway's own TLS certificate. */
  readonly tls?: string | undefined;
}

export function openWatch(parts: WatchingParts): AlarmServices {
  const { desk, clock, publicName, projection, submitter, managers, useLog: log, headSending, hooks, drafter, accounts, notices, settings = ALARM_SETTINGS } = parts;
  const book = new Book({ desk, clock, tell: (messages, rows) => hooks.putInOrder(messages, rows), messages: messagesFor(notices?.hooks ?? [], publicName) });
  const hosted = () => submitter.identities.keys();
  const watch = new Watch({
    book, desk, clock, zone: () => drafter.zone,
    sources: [
      new OverdueConditions({ projection, managers, hosted }), new LateSupervision({ projection, managers, hosted }), new Endings((ms) => certificatesOf(parts, ms)), new ProjectionLag(() => projection.knownAt),
      new HeadsSent({ leadsNowhere: () => headSending.leadsNowhere, last: () => headSending.lastEver() }), new HeadsForked(() => headSending.forks()), new HooksDown(() => hooks.untold()),
      new Sequence({ log, desk, anchored: () => projection.get('log', log.id)?.size ?? 0 }),
      new Reading({ log, desk, ruleFor: (staff) => settings.staff.get(staff) ?? settings.reading }),
    ],
  });
  return { watch, alarmBook: book, alarms: new Alarms({ book, watch, projection, drafter, clock, names: () => accounts.all(), hooks: notices?.hooks ?? [] }) };
}

/** All certificates that something here stands on. */
async function certificatesOf({ data, submitter, seals, ledger, tls }: WatchingParts, ms: number): Promise<(Ending | Broken)[]> {
  const authority = await authorityCertificate(data);
  const ofFile = (kind: Ending['kind'], pem: string): Ending => ({ kind, subject: 'gateway', endsAt: instantOf(Date.parse(new X509Certificate(pem).validTo)) });
  return [
    ...hostedIdentities(submitter.identities, ms).map(({ agency, endsAt, warning }): Ending | Broken => (warning === 'IDENTITY_BROKEN' ? { kind: 'identity-broken', agency } : { kind: 'identity-ends', subject: agency, agency, endsAt })),
    ...(await seals.ending()).map(({ agency, seal, endsAt }): Ending => ({ kind: 'seal-ends', subject: seal, agency, endsAt })),
    ...connectionCertificates(ledger, ms).map(({ use, endsAt }): Ending => ({ kind: 'connection-ends', subject: use, endsAt })),
    ...(authority === undefined ? [] : [ofFile('authority-ends', authority)]), ...(tls === undefined ? [] : [ofFile('tls-ends', readFileSync(tls, 'utf8'))]),
  ];
}
