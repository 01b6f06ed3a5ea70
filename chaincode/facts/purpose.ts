/** What data are used for. A scene, a grant and every use name one of these codes; texts are for people. */

export interface Purpose {
  readonly zh: string;
  readonly en: string;
}

export const PURPOSES: Readonly<Record<string, Purpose>> = {
  BUSINESS_REGISTRATION: { zh: '经营主体登记', en: 'business registration' },
  FOOD_PERMIT: { zh: '食品经营许可办理', en: 'deciding a food permit' },
  HYGIENE_PERMIT: { zh: '公共场所卫生许可办理', en: 'deciding a public-place hygiene permit' },
  PUBLICATION_PERMIT: { zh: '出版物经营许可办理', en: 'deciding a publications permit' },
  DRUG_PERMIT: { zh: '药品经营许可办理', en: 'deciding a drug permit' },
  PERMIT_OTHER: { zh: '其他行政许可办理', en: 'deciding another permit' },
  ALTERATION: { zh: '变更、延续或注销办理', en: 'changing, renewing or cancelling a licence' },
  SUBSIDY: { zh: '补贴与政策兑现', en: 'subsidies and benefits' },
  SOCIAL_INSURANCE: { zh: '社会保险经办', en: 'social insurance' },
  TENDER: { zh: '招标投标与政府采购', en: 'tendering and public procurement' },
  INSPECTION: { zh: '监督检查', en: 'inspection' },
  ENFORCEMENT: { zh: '行政执法', en: 'enforcement' },
  AUDIT: { zh: '审计监督', en: 'audit' },
  CREDIT: { zh: '信贷审查', en: 'examining a credit' },
  ACCOUNT_OPENING: { zh: '银行开户', en: 'opening a bank account' },
  TELECOM: { zh: '电信业务办理', en: 'telecommunications services' },
  DATA_SUBJECT: { zh: '向本人提供其个人信息', en: 'giving a person what is kept of him' },
  UTILITIES: { zh: '水电气热业务办理', en: 'water, power, gas and heat' },
};

export const isPurpose = (code: string): boolean => Object.hasOwn(PURPOSES, code);
