/** Opens one encrypted key and hands it over. */
import { createPrivateKey } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';

const { pem, passphrase } = workerData as { pem: string; passphrase: string };
parentPort?.postMessage(createPrivateKey({ key: pem, passphrase }));
