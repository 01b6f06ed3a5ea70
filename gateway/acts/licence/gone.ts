/** Why a face is not at hand: erased, or kept elsewhere. */
import { GatewayFault } from '../../fault.js';
import type { Vault } from '../../vault/vault.js';

export const faceFault = (vault: Pick<Vault, 'isErased'>, subject: string): GatewayFault => new GatewayFault(vault.isErased(subject) ? 'FACE_ERASED' : 'FACE_NOT_HERE');
