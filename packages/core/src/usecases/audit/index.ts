export { audit } from './audit.ts'
export { beginAudit, tellUnended } from './begin-audit.ts'
export { listAudit } from './list-audit.ts'
