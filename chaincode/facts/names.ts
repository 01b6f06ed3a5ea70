/** Names that the contract and its callers share. Here, so that a caller never loads the chaincode library and its process-wide listeners. */

/** The attribute of a gateway's certificate that names its agency. */
export const AGENCY_ATTRIBUTE = 'yizheng.agency';
/** One event a transaction; its payload names every command carried out. */
export const EVENT = 'yizheng';
