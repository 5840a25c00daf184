import { type ListCase, OWN, NOBODY } from './list-case.ts'

export const COLUMNS: ListCase[] = [
  {
    name: 'columns by other names',
    list: 'Record ID,E-mail,City\nu-1,ann@example.com,Rome\nu-2,bob@example.com,\nu-3,cat@example.com,\n',
    query: '?columns=id:Record%20ID,email:E-mail',
    plan: NOBODY,
  },
  {
    name: 'the id alone by another name',
    list: 'Nr.;Ort\nu-1;Rom\nu-3;Köln\n',
    query: '?columns=id:Nr.',
    plan: { remove: ['u-2'] },
  },
  {
    name: 'a name that holds a comma',
    list: '"Mail, private",Name\nann@example.com,x\nbob@example.com,\ncat@example.com,\n',
    query: '?columns=email:Mail,%20private',
    plan: NOBODY,
  },
  {
    name: 'a column that is not there',
    list: OWN,
    query: '?columns=id:Nummer',
    plan: { refused: /"Nummer".*"id", "email"/ },
  },
  { name: 'a field that is none', list: OWN, query: '?columns=name:id', plan: { refused: /"name:id"/ } },
  {
    name: 'neither id nor address',
    list: OWN,
    query: '?columns=firstName:firstName',
    plan: { refused: /id or the email/ },
  },
  {
    name: 'names that mean nothing',
    list: 'Record ID,E-mail,Plan\nu-1,ann@example.com,x\n',
    plan: { refused: /"Record ID".*"Plan".*Expected are id, email/ },
  },
  {
    name: 'a header in another language',
    list: 'Kennung;Adresse\nu-1;ann@example.com\n',
    plan: { refused: /"Kennung".*"Adresse"/ },
  },
  {
    name: 'names that mean nothing, and no address anywhere',
    list: 'Nr.,Plan,Ort\n1,2,3\n',
    plan: { refused: /"Plan".*"Ort".*Expected are id, email/ },
  },
  { name: 'one column of words', list: 'empty text\nfoo\n', plan: { refused: /"empty text"/ } },
  { name: 'ids that no header calls so', list: 'u-1\nu-2\n', plan: { refused: /"u-1".*Expected are id, email/ } },
  { name: 'nothing but columns that are ignored', list: 'Status,Build\nx,y\n', plan: { refused: /^Expected are id/ } },
  {
    name: 'ids without a header, by their place',
    list: 'u-1\nu-2\n',
    query: '?columns=id:%231',
    plan: { remove: ['u-3'] },
  },
  {
    name: 'a column twice',
    list: 'id,email,E-Mail\nu-1,ann@example.com,x@example.com\n',
    plan: { refused: /Duplicate column "E-Mail"/ },
  },
  {
    name: 'a workbook',
    list: Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(200, 200)]),
    plan: { refused: /workbook.*Save it as CSV/ },
  },
  { name: 'a web page', list: '<!DOCTYPE html><html><table></table></html>', plan: { refused: /web page/ } },
  { name: 'JSON that says it is CSV', list: '{"members":[]}', plan: { refused: /JSON/ } },
]
