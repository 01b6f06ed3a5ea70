/** The key of this device: made here, kept by the browser for this site, and never to be read by anybody, these pages neither. */
import { newRequestId, toBase64url } from '../bytes.js';

export interface DeviceKey {
  readonly id: string;
  readonly spki: string;
  readonly key: CryptoKey;
  /** Whether the ledger has had it: then a refusal means that it was laid aside. */
  readonly registered: boolean;
}

const STORE = 'device';
const MINE = 'mine';

/** @returns undefined where there is none, or where the browser keeps nothing */
export async function keptDevice(): Promise<DeviceKey | undefined> {
  return (await inStore('readonly', (store) => store.get(MINE)).catch(() => undefined)) as DeviceKey | undefined;
}

/** Kept before anybody hears of it. @throws where the browser keeps nothing */
export async function makeDevice(): Promise<DeviceKey> {
  const { privateKey, publicKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  const spki = toBase64url(new Uint8Array(await crypto.subtle.exportKey('spki', publicKey)));
  const device: DeviceKey = { id: newRequestId(), spki, key: privateKey, registered: false };
  await keep(device);
  // Asked for, not relied on: a browser may clear a site's data to save room, and then the counter makes the holder a new device.
  void navigator.storage.persist().catch(() => false);
  return device;
}

export const keep = async (device: DeviceKey): Promise<void> => void (await inStore('readwrite', (store) => store.put(device, MINE)));
export const forget = async (): Promise<void> => void (await inStore('readwrite', (store) => store.delete(MINE)));

/** ECDSA P-256 with SHA-256 over the digest, P1363: as the ledger takes it. */
export async function signBy({ id, key }: DeviceKey, digest: Uint8Array): Promise<{ device: string; signature: string }> {
  return { device: id, signature: toBase64url(new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, new Uint8Array(digest)))) };
}

function inStore(mode: IDBTransactionMode, use: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('yizheng-wallet', 1);
    const failed = (): void => reject(new Error('the browser keeps nothing'));
    opening.onupgradeneeded = () => void opening.result.createObjectStore(STORE);
    opening.onerror = failed;
    opening.onsuccess = () => {
      const transaction = opening.result.transaction(STORE, mode);
      const asked = use(transaction.objectStore(STORE));
      transaction.onabort = failed;
      transaction.oncomplete = () => {
        opening.result.close();
        resolve(asked.result);
      };
    };
  });
}
