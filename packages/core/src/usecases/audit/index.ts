export { audit, listAudit } from './audit.ts'
export { beginAudit, tellUnended } from './begin-audit.ts'
