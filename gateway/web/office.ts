/** The pages behind the sign-in, as one file to load: whoever opens one of them soon opens others. */
import { EXCHANGE_WORDS } from '../messages/exchange.js';
import { FIELD_WORDS } from '../messages/fields.js';
import { REFUSAL_WORDS } from '../messages/refusals.js';
import { REPORT_WORDS } from '../messages/reports.js';
import { PRINT_ORDER_WORDS } from '../messages/print-orders.js';
import { WORK_WORDS } from '../messages/work.js';
import { TABLE_WORDS } from '../messages/tables.js';
import { learn } from './words/codes.js';

learn({ ...REFUSAL_WORDS, ...WORK_WORDS, ...PRINT_ORDER_WORDS, ...EXCHANGE_WORDS, ...TABLE_WORDS, ...FIELD_WORDS, ...REPORT_WORDS });

export { ApplicationPage } from './applications/application-page.js';
export { ApplicationsPage } from './applications/applications-page.js';
export { NewApplicationPage } from './applications/new-page.js';
export { AlarmsPage } from './issue/alarms-page.js';
export { AccountPage } from './issue/account-page.js';
export { ErasuresPage } from './issue/erasures-page.js';
export { FirstPassword } from './issue/first-password.js';
export { IdentityPage } from './issue/identity-page.js';
export { NewLicencePage } from './issue/new-page.js';
export { PairingPage } from './issue/pairing-page.js';
export { ProposalsPage } from './issue/proposals-page.js';
export { IssuePage } from './issue/issue-page.js';
export { WorkPage } from './issue/work-page.js';
export { ObjectionsPage } from './issue/objections-page.js';
export { AfterIssue } from './licence/after-issue.js';
export { Objections } from './licence/objections.js';
export { Actions } from './licence/actions.js';
export { AuditPage } from './audit/audit-page.js';
export { ReportPage } from './audit/report-page.js';
export { TracesPage } from './audit/traces.js';
export { CentrePage } from './centre/centre-page.js';
export { OrderPrint } from './centre/order-print.js';
export { TermsPage } from './centre/terms-page.js';
export { JobPage } from './jobs/job-page.js';
export { JobsPage } from './jobs/jobs-page.js';
export { SealsPage } from './seals/seals-page.js';
export { StaffPage } from './staff/staff-page.js';
