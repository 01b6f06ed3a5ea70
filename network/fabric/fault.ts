export type NetworkFaultCode =
  | 'FABRIC_MISSING' // a program of Fabric is not installed
  | 'FABRIC_VERSION' // installed, but too old for what is asked
  | 'PORT_BUSY' // somebody else listens where a node is to listen
  | 'NETWORK_MISSING' // no consortium in the directory
  | 'NETWORK_DIFFERS' // the consortium in the directory is another one than asked for
  | 'NODE_UNKNOWN' // no node of this name
  | 'NODE_FAILED' // a node ended or did not answer in time; its log says why
  | 'CONTRACT_UNUSABLE' // the contract could not be packed
  | 'CALL_REFUSED' // a peer or orderer refused what was asked
  | 'CERTIFICATE_UNKNOWN' // the authority has issued no such certificate
  | 'AGENCY_UNKNOWN' // no agency of this name in the directory
  | 'AGENCY_KNOWN' // the channel has an agency with this MSP or these authorities already
  | 'APPLICATION_WRONG' // not an application to join
  | 'UPDATE_WRONG' // not a change of this channel that adds an agency and does nothing else
  | 'UPDATE_STALE' // the channel has been changed since the update was made
  | 'UPDATE_UNSIGNED' // fewer agencies have signed than the channel asks for
  | 'INVITATION_WRONG' // not an invitation of this agency to a channel
  | 'CONTRACT_DIFFERS' // the contract here is not the one that the channel runs
  | 'APPROVALS_MISSING'; // a new version waits for the approval of agencies of other directories

/** A fault of running the network. The message says what to change. */
export class NetworkFault extends Error {
  override readonly name = 'NetworkFault';

  constructor(readonly code: NetworkFaultCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
  }
}
