/** What a channel says of one organisation's members: its authorities, its roles, its revocations. */
import { msp } from '@hyperledger/fabric-protos';

export interface Authorities {
  readonly mspId: string;
  /** PEM: of identities */
  readonly rootCertificate: string;
  /** PEM: of TLS */
  readonly tlsRootCertificate: string;
}

/** One authority for identities, one for TLS; roles by organisational unit; nothing revoked. */
export function mspConfig({ mspId, rootCertificate, tlsRootCertificate }: Authorities): msp.MSPConfig {
  const root = Buffer.from(rootCertificate);
  const crypto = new msp.FabricCryptoConfig();
  crypto.setSignatureHashFamily('SHA2');
  crypto.setIdentityIdentifierHashFunction('SHA256');
  const units = new msp.FabricNodeOUs();
  units.setEnable(true);
  const unit = (name: string): msp.FabricOUIdentifier => {
    const identifier = new msp.FabricOUIdentifier();
    identifier.setCertificate(root);
    identifier.setOrganizationalUnitIdentifier(name);
    return identifier;
  };
  units.setClientOuIdentifier(unit('client'));
  units.setPeerOuIdentifier(unit('peer'));
  units.setAdminOuIdentifier(unit('admin'));
  units.setOrdererOuIdentifier(unit('orderer'));
  const fabric = new msp.FabricMSPConfig();
  fabric.setName(mspId);
  fabric.setRootCertsList([root]);
  fabric.setTlsRootCertsList([Buffer.from(tlsRootCertificate)]);
  fabric.setCryptoConfig(crypto);
  fabric.setFabricNodeOus(units);
  const config = new msp.MSPConfig();
  config.setConfig(fabric.serializeBinary());
  return config;
}

/** @returns every authority of an organisation, PEM */
export function readMsp(bytes: Uint8Array): { mspId: string; rootCertificates: string[]; tlsRootCertificates: string[] } {
  const { fabric } = parse(bytes);
  const texts = (list: Uint8Array[]): string[] => list.map((each) => Buffer.from(each).toString('utf8'));
  return { mspId: fabric.getName(), rootCertificates: texts(fabric.getRootCertsList_asU8()), tlsRootCertificates: texts(fabric.getTlsRootCertsList_asU8()) };
}

/** @param list PEM, in place of what was revoked before */
export function withRevocations(bytes: Uint8Array, list: string): Uint8Array {
  const { config, fabric } = parse(bytes);
  fabric.setRevocationListList([Buffer.from(list)]);
  config.setConfig(fabric.serializeBinary());
  return config.serializeBinary();
}

function parse(bytes: Uint8Array): { config: msp.MSPConfig; fabric: msp.FabricMSPConfig } {
  const config = msp.MSPConfig.deserializeBinary(bytes);
  return { config, fabric: msp.FabricMSPConfig.deserializeBinary(config.getConfig_asU8()) };
}
