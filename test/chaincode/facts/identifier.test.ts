/** Identifiers and check characters against the examples of the standards (domain facts, section 3). */
import fc from 'fast-check';
import t from 'tap';
import type { Day } from '#chaincode/facts/calendar';
import { citizenCheck, mod11_10, mod37_36, usccCheck } from '#chaincode/facts/check-digit';
import { isFoodPermitNumber, isRegistrationNumber, maskCode, parseCitizenId, parseUscc } from '#chaincode/facts/holder-code';
import { identifierOf, licenceId, parseIdentifier, parseLicenceId, parseOwnIdentifier, serialOf, splitLicenceId } from '#chaincode/facts/identifier';

const TODAY = '2026-03-15' as Day;
const FIRST = '1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.002.S';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

void t.test('when a citizen number is read', (t) => {
  for (const good of ['11010519491231002X', '11010519491231002x', '370303190001010016', '37030319000615019X', '370303190012310030']) t.equal(parseCitizenId(good, TODAY), good.toUpperCase(), good);
  t.equal(citizenCheck('11010519491231002'), 'X');
  const bad = { 'good digit, no such day': '370303190002290021', 'wrong digit': '110105194912310021', 'one digit off': '370303190001010017', 'too short': '37030319000101001', 'too long': '3703031900010100160', 'letter inside': '37030319000101A016', empty: '', 'X inside': '3703031900X1010016', spaces: ' 370303190001010016' };
  for (const [why, text] of Object.entries(bad)) t.equal(parseCitizenId(text, TODAY), undefined, why);
  const withCheck = (first17: string) => first17 + (citizenCheck(first17) ?? '');
  t.equal(parseCitizenId(withCheck('37030319000101000'), TODAY), undefined, 'sequence 000');
  t.equal(parseCitizenId(withCheck('37030320260316001'), TODAY), undefined, 'born tomorrow');
  t.ok(parseCitizenId(withCheck('37030320260315001'), TODAY), 'born today');
  t.end();
});

void t.test('when a unified social credit code is read', (t) => {
  for (const good of ['91350100M000100Y43', '91370303MA99TX43X0', '11100000MB0143028R', '11100000000013127D', '113700000045030270', '113703030099999063', '11370303009999914X', '11370303009999228K', '113703030099993087', '91370303MA99TXT04C', '92370303MA99TXT124', '91370303MA99TXT202', '92370303MA99TXT39U']) t.equal(parseUscc(good), good, good);
  t.equal(usccCheck('91370303MA99TX43X'), '0', 'remainder 0 gives 0, not the character after the last');
  t.equal(usccCheck('11370000000000000'), 'W', 'the definer of the sample kinds is wrong on purpose');
  for (const [why, text] of Object.entries({ 'wrong check': '91350100M000100Y44', 'sample definer': '11370000000000000T', 'letter I': '91350100M000100I43', 'lower case': '91350100m000100y43', short: '91350100M000100Y4', long: '91350100M000100Y430', empty: '' })) t.equal(parseUscc(text), undefined, why);
  t.end();
});

void t.test('when a registration or permit number is read', (t) => {
  t.equal(mod11_10('11010800000001'), '6');
  for (const good of ['110108000000016', '370303600000016']) t.ok(isRegistrationNumber(good), good);
  for (const bad of ['110108000000017', '11010800000001', '1101080000000160', '11010800000001X']) t.notOk(isRegistrationNumber(bad), bad);
  const published = ['JY11108071215650', 'JY11105050876919', 'JY13301080111719', 'JY13101060025900', 'JY23701020190003', 'JY23701020073753', 'JY23703039999014', 'JY13703039999026'];
  for (const good of published) t.ok(isFoodPermitNumber(good), good);
  for (const bad of ['JY11105000000001', 'JY43703039999014', 'jy23703039999014', 'JY2370303999901', 'SC23703039999014', 'JY23703039999015']) t.notOk(isFoodPermitNumber(bad), bad);
  t.ok(isFoodPermitNumber('JY11105000000005'), 'the published bad number, put right');
  t.end();
});

void t.test('when an identifier is read', (t) => {
  const real = [FIRST, FIRST.replace('.002.S', '.001.U'), '1.2.156.3005.2.11100000000013338W087.11370800MB28559184.37080001202411010001.001.3', '1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0', '1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9'];
  for (const good of real) t.ok(parseIdentifier(good).ok, good);
  t.strictSame(parseIdentifier(FIRST), { ok: true, parts: { type: '11100000000013338W011', issuer: '11430000006122244L', serial: '20230000403', version: 2 } });
  t.match(parseIdentifier('1.2.156.3005.2.11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M'), { ok: false, code: 'IDENTIFIER_CHECK' }, 'published with a wrong check');
  t.ok(parseIdentifier('1.2.156.3005.2.11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.D').ok, 'and put right');
  for (const sample of ['901.113703030099999063.20260315000001.001.S', '902.113703030099999063.20260315000002.001.8', '903.113703030099999063.20260315000003.001.J', '903.113703030099999063.20260315000003.002.H', '904.113703030099999063.20260315000004.001.G', '905.113703030099999063.20260315000005.001.P']) t.ok(parseIdentifier(`1.2.156.3005.2.11370000000000000T${sample}`).ok, sample);
  for (const [why, text] of Object.entries({ empty: '', 'other root': FIRST.replace('3005.2', '3005.3'), 'no check': FIRST.slice(0, -2), 'two-digit version': FIRST.replace('.002.', '.02.'), 'issuer of 17': FIRST.replace('11430000006122244L', '1143000000612224L'), 'line break': `${FIRST}\n.` })) t.match(parseIdentifier(text), { ok: false, code: 'IDENTIFIER_FORM' }, why);
  t.end();
});

void t.test('when one character of the first example is mistyped', (t) => {
  const [, , , , , type = '', issuer = '', serial = '', version = '', check = ''] = FIRST.split('.');
  const text = `${type}${issuer}${serial}${version}`;
  t.equal(mod37_36(text), check);
  let substitutions = 0;
  for (let i = 0; i < text.length; i++) for (const char of ALPHABET) {
    if (char === text[i]) continue;
    substitutions++;
    if (mod37_36(text.slice(0, i) + char + text.slice(i + 1)) === check) t.fail(`substitution of ${char} at ${String(i)} is not detected`);
  }
  let swaps = 0;
  for (let i = 0; i + 1 < text.length; i++) {
    const [a = '', b = ''] = [text[i], text[i + 1]];
    if (a === b) continue;
    swaps++;
    if (mod37_36(text.slice(0, i) + b + a + text.slice(i + 2)) === check) t.fail(`swap at ${String(i)} is not detected`);
  }
  t.equal(substitutions, 1855);
  t.equal(swaps, 25);
  t.end();
});

void t.test('when an identifier is ours', (t) => {
  const id = licenceId('11370000000000000T901', '113703030099999063', '0123456789ABCDEFGHIJ');
  const identifier = identifierOf(id, 7);
  t.match(identifier, /\.007\.[0-9A-Z]$/);
  t.strictSame(parseOwnIdentifier(identifier), { id, version: 7 });
  t.strictSame(parseOwnIdentifier(` ${identifier.toLowerCase()} `), { id, version: 7 }, 'as a person types it');
  t.equal(parseOwnIdentifier(FIRST), undefined, 'a serial of eleven');
  t.equal(parseOwnIdentifier(identifierOf(licenceId('11370000000000000T901', '113703030099999064', '0123456789ABCDEFGHIJ'), 1)), undefined, 'issuer with a wrong check character');
  t.equal(parseOwnIdentifier(identifierOf(id, 0)), undefined, 'version 0');
  t.strictSame(splitLicenceId(id), { type: '11370000000000000T901', issuer: '113703030099999063', serial: '0123456789ABCDEFGHIJ' });
  t.equal(parseLicenceId(`${id}.`), undefined);
  t.equal(parseLicenceId(id.toLowerCase()), undefined);
  t.end();
});

void t.test('when any identifier of ours is mistyped once', (t) => {
  const char = fc.constantFrom(...ALPHABET);
  fc.assert(fc.property(fc.string({ unit: char, minLength: 20, maxLength: 20 }), fc.integer({ min: 1, max: 999 }), fc.nat(), char, (serial, version, at, other) => {
    const id = licenceId('11370000000000000T901', '113703030099999063', serial);
    const identifier = identifierOf(id, version);
    const place = 15 + (at % (identifier.length - 15));
    if (identifier[place] === '.' || identifier[place] === other) return parseOwnIdentifier(identifier)?.id === id;
    return parseOwnIdentifier(identifier.slice(0, place) + other + identifier.slice(place + 1)) === undefined;
  }), { numRuns: 500 });
  t.end();
});

void t.test('when a serial is made of a value', (t) => {
  t.equal(serialOf(new Uint8Array(32)), '0'.repeat(20));
  t.equal(serialOf(Uint8Array.from([...new Uint8Array(31), 35])), `${'0'.repeat(19)}Z`);
  const wide = Buffer.from((36n ** 20n + 5n).toString(16).padStart(64, '0'), 'hex');
  t.equal(serialOf(wide), `${'0'.repeat(19)}5`, 'modulo 36^20, big-endian');
  fc.assert(fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
    const number = BigInt(`0x${Buffer.from(bytes).toString('hex')}`) % 36n ** 20n;
    return serialOf(bytes) === number.toString(36).toUpperCase().padStart(20, '0');
  }));
  t.end();
});

void t.test('when a code is masked', (t) => {
  t.equal(maskCode('370303190001010016'), '370303********0016');
  t.equal(maskCode('1234567890'), '**********', 'a short one wholly');
  t.equal(maskCode(''), '');
  t.end();
});
