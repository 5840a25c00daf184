export type Document = Record<string, unknown>
export function readDocument(): Document
export function toFileSchema(document: Document): Record<string, unknown>
