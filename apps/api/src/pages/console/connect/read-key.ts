import { parsePrivateKey } from '@flightroster/core/usecases/team-keys'
import type { UploadedFile } from '../../forms.ts'

/** A wrong input: what it is, and the step that mends it. */
export interface Fault {
  field: 'name' | 'issuerId' | 'keyId' | 'privateKey'
  problem: string
  fix: string
}

export interface KeyInput {
  name: string
  issuerId: string
  keyId: string
  /** Pasted; a file goes before it. */
  privateKey: string
  file?: UploadedFile | undefined
}

export interface NewKey {
  id: string
  issuerId: string
  keyId: string
  privateKey: string
}

const PLACE = 'App Store Connect → Users and Access → Integrations → App Store Connect API → Team Keys'
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const KEY_ID = /^[A-Z0-9]{8,20}$/

/** What was pasted, or every fault of it with a sentence of its own. Pure: Apple is asked afterwards. */
export function readKey(input: KeyInput): { key: NewKey; faults: Fault[] } {
  const privateKey = input.file ? input.file.content.toString('latin1') : input.privateKey
  const key = { id: input.name, issuerId: input.issuerId, keyId: input.keyId.toUpperCase(), privateKey }
  const faults = [
    nameFault(input.name),
    issuerFault(input.issuerId),
    keyIdFault(key.keyId, input.issuerId),
    fileFault(input.file, key.keyId) ?? pemFault(privateKey),
  ].filter((fault) => fault !== undefined)
  return { key, faults }
}

function nameFault(name: string): Fault | undefined {
  if (/^[A-Za-z0-9._-]{1,64}$/.test(name)) return undefined
  return { field: 'name', problem: 'This name is not valid.', fix: 'Use 1 to 64 of A-Z a-z 0-9 . _ - such as "acme".' }
}

function issuerFault(issuerId: string): Fault | undefined {
  if (UUID.test(issuerId)) return undefined
  if (issuerId === '') {
    return {
      field: 'issuerId',
      problem:
        'The Issuer ID is missing: is this an individual key? Individual keys have none and cannot manage testers for a team.',
      fix: `Open ${PLACE} (not "Individual Keys"), generate a key with the role App Manager there, and copy the Issuer ID that stands above the list.`,
    }
  }
  if (KEY_ID.test(issuerId.toUpperCase())) {
    return {
      field: 'issuerId',
      problem: 'This looks like a Key ID, not like the Issuer ID.',
      fix: 'Copy the long id with dashes that stands above the list of team keys.',
    }
  }
  return {
    field: 'issuerId',
    problem: 'This is not an Issuer ID. An Issuer ID has 32 hexadecimal digits in five groups.',
    fix: `Copy it with the Copy button at ${PLACE}, above the list.`,
  }
}

function keyIdFault(keyId: string, issuerId: string): Fault | undefined {
  if (KEY_ID.test(keyId)) return undefined
  if (UUID.test(keyId)) {
    const swapped = KEY_ID.test(issuerId.toUpperCase())
    return {
      field: 'keyId',
      problem: swapped ? 'The Key ID and the Issuer ID are swapped.' : 'This is the Issuer ID; the Key ID is shorter.',
      fix: swapped ? 'Swap the two.' : 'Copy the Key ID from the row of your key: ten letters and digits.',
    }
  }
  return {
    field: 'keyId',
    problem: keyId === '' ? 'The Key ID is missing.' : 'This is not a Key ID.',
    fix: `Copy it from the row of your key at ${PLACE}: ten capital letters and digits.`,
  }
}

/** The name that App Store Connect gives the file says whose it is. */
function fileFault(file: UploadedFile | undefined, keyId: string): Fault | undefined {
  if (!file) return undefined
  if (/^ApiKey_/i.test(file.name)) {
    return {
      field: 'privateKey',
      problem:
        'This is the file of an individual key (its name begins with "ApiKey_"). Individual keys cannot manage testers for a team.',
      fix: `Generate a key with the role App Manager at ${PLACE} (not "Individual Keys"); its file is named AuthKey_….p8.`,
    }
  }
  const named = /^AuthKey_([A-Z0-9]{8,20})\b/.exec(file.name)?.[1]
  if (named !== undefined && KEY_ID.test(keyId) && named !== keyId) {
    return {
      field: 'privateKey',
      problem: `This is the file of the key ${named}, but the Key ID says ${keyId}.`,
      fix: `Choose AuthKey_${keyId}.p8, or correct the Key ID.`,
    }
  }
  return undefined
}

const DOWNLOAD =
  'Choose the file AuthKey_….p8 that App Store Connect gave you when the key was made. It can be downloaded only once: if you no longer have it, revoke the key and make another one.'

function pemFault(text: string): Fault | undefined {
  const problem = pemProblem(text)
  return problem === undefined ? undefined : { field: 'privateKey', problem, fix: DOWNLOAD }
}

function pemProblem(text: string): string | undefined {
  if (text.trim() === '') return 'The private key is missing.'
  const kind = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1]
  switch (kind) {
    case 'CERTIFICATE':
    case 'TRUSTED CERTIFICATE':
    case 'CERTIFICATE REQUEST':
    case 'PKCS7':
      return 'This is a certificate, not a private key: certificates sign apps, keys call the API.'
    case 'PUBLIC KEY':
      return 'This is a public key; the private one is needed.'
    case 'ENCRYPTED PRIVATE KEY':
      return 'This private key is protected by a password; the one of App Store Connect is not.'
    case 'EC PRIVATE KEY':
    case 'RSA PRIVATE KEY':
    case 'OPENSSH PRIVATE KEY':
      return 'This is a private key of another kind: the file of App Store Connect begins with "-----BEGIN PRIVATE KEY-----".'
    case 'PRIVATE KEY':
      break
    case undefined:
    default:
      return unknownProblem(text)
  }
  if (!text.includes('-----END PRIVATE KEY-----')) return 'The private key is cut off: its last line is missing.'
  if (parsePrivateKey(text) === undefined)
    return 'This private key is damaged, or is not a key of App Store Connect: those are on the curve P-256.'
  return undefined
}

function unknownProblem(text: string): string {
  // DER, as certificates (.cer) and key stores (.p12) are.
  if (text.charCodeAt(0) === 0x30 && /[^\x20-\x7e\s]/.test(text))
    return 'This is a certificate or a key store (.cer, .p12), not a private key.'
  if (/^[\sA-Za-z0-9+/=]+$/.test(text))
    return 'The first and the last line are missing ("-----BEGIN PRIVATE KEY-----").'
  return 'This is not a private key.'
}
